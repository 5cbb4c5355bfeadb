// SPDX-License-Identifier: Apache-2.0
// A fence on one side meets nothing on the other.
// RACE: write A, write B
#define LITMUS_PTHREAD
#include "litmus.h"
#include <stdatomic.h>

int x;
_Atomic int flag;

static void *writer(void *arg) {
  x = 1;  // @A
  atomic_store_explicit(&flag, 1, memory_order_relaxed);
  atomic_thread_fence(memory_order_seq_cst);
  next();
  return arg;
}

int main(void) {
  spawn(writer, NULL);
  turn(1);
  use(atomic_load_explicit(&flag, memory_order_relaxed));
  atomic_thread_fence(memory_order_seq_cst);
  x = 2;  // @B
}
