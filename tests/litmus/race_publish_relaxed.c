// SPDX-License-Identifier: Apache-2.0
// A pointer published relaxed: the pointer does not race, what it points to does.
// RACE: write A, read B
#define LITMUS_PTHREAD
#include "litmus.h"
#include <stdatomic.h>

_Atomic(int *) box;

static void *publisher(void *arg) {
  int *p = malloc(sizeof *p);
  *p = 1;  // @A
  atomic_store_explicit(&box, p, memory_order_relaxed);
  return arg;
}

int main(void) {
  int *p;
  spawn(publisher, NULL);
  while (!(p = atomic_load_explicit(&box, memory_order_relaxed))) sched_yield();
  use(*p);  // @B
}
