// SPDX-License-Identifier: Apache-2.0
// An atomic_flag as a spin lock.
#define LITMUS_PTHREAD
#include "litmus.h"
#include <stdatomic.h>

int x;
atomic_flag lock = ATOMIC_FLAG_INIT;

static void *worker(void *arg) {
  for (int i = 0; i < 100; i++) {
    while (atomic_flag_test_and_set_explicit(&lock, memory_order_acquire)) sched_yield();
    x++;
    atomic_flag_clear_explicit(&lock, memory_order_release);
  }
  return arg;
}

int main(void) {
  pthread_t t = spawn(worker, NULL);
  worker(NULL);
  pthread_join(t, NULL);
  if (x != 200) return 3;
}
