// SPDX-License-Identifier: Apache-2.0
// An acquire fence covers the loads before it, not the ones after it.
// RACE: write A, write B
#define LITMUS_PTHREAD
#include "litmus.h"
#include <stdatomic.h>

int x;
_Atomic int flag;

static void *writer(void *arg) {
  x = 1;  // @A
  atomic_store_explicit(&flag, 1, memory_order_release);
  next();
  return arg;
}

int main(void) {
  spawn(writer, NULL);
  turn(1);
  atomic_thread_fence(memory_order_acquire);
  use(atomic_load_explicit(&flag, memory_order_relaxed));
  x = 2;  // @B
}
