// SPDX-License-Identifier: Apache-2.0
// A release fence covers what came before it, not what came between it and the store.
// RACE: write A, write B
#define LITMUS_PTHREAD
#include "litmus.h"
#include <stdatomic.h>

int x;
_Atomic int flag;

static void *writer(void *arg) {
  atomic_thread_fence(memory_order_release);
  x = 1;  // @A
  atomic_store_explicit(&flag, 1, memory_order_relaxed);
  return arg;
}

int main(void) {
  spawn(writer, NULL);
  while (!atomic_load_explicit(&flag, memory_order_acquire)) sched_yield();
  x = 2;  // @B
}
