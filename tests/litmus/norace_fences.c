// SPDX-License-Identifier: Apache-2.0
// A release fence before a relaxed store meets an acquire fence after a relaxed load.
// TSAN: false alarm
#define LITMUS_PTHREAD
#include "litmus.h"
#include <stdatomic.h>

int x;
_Atomic int flag;

static void *writer(void *arg) {
  x = 1;
  atomic_thread_fence(memory_order_release);
  atomic_store_explicit(&flag, 1, memory_order_relaxed);
  return arg;
}

int main(void) {
  spawn(writer, NULL);
  while (!atomic_load_explicit(&flag, memory_order_relaxed)) sched_yield();
  atomic_thread_fence(memory_order_acquire);
  x = 2;
}
