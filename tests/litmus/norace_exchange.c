// SPDX-License-Identifier: Apache-2.0
// An exchange takes what the last one left: hand-over of an object through an atomic pointer.
#define LITMUS_PTHREAD
#include "litmus.h"
#include <stdatomic.h>

_Atomic(long *) box;

static void *giver(void *arg) {
  for (int i = 0; i < 100; i++) {
    long *p = malloc(sizeof *p), *old;
    *p = i;
    old = atomic_exchange_explicit(&box, p, memory_order_acq_rel);
    if (old) {
      *old = 0;
      free(old);
    }
  }
  return arg;
}

int main(void) {
  pthread_t t = spawn(giver, NULL);
  for (int i = 0; i < 100; i++) {
    long *p = atomic_exchange_explicit(&box, NULL, memory_order_acquire);
    if (p) {
      *p += 1;
      free(p);
    }
    sched_yield();
  }
  pthread_join(t, NULL);
}
