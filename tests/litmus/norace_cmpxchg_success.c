// SPDX-License-Identifier: Apache-2.0
// A compare-exchange that succeeds has its success order on both sides: a spin lock.
#define LITMUS_PTHREAD
#include "litmus.h"
#include <stdatomic.h>

int x;
_Atomic int lock;

static void *worker(void *arg) {
  for (int i = 0; i < 100; i++) {
    int zero = 0;
    while (!atomic_compare_exchange_weak_explicit(&lock, &zero, 1, memory_order_acquire,
                                                  memory_order_relaxed)) {
      zero = 0;
      sched_yield();
    }
    x++;
    atomic_store_explicit(&lock, 0, memory_order_release);
  }
  return arg;
}

int main(void) {
  pthread_t t[3];
  for (int i = 0; i < 3; i++) t[i] = spawn(worker, NULL);
  for (int i = 0; i < 3; i++) pthread_join(t[i], NULL);
  if (x != 300) return 3;
}
