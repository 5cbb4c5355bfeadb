// SPDX-License-Identifier: Apache-2.0
// What follows the release store is not covered by it.
// RACE: write A, write B
#define LITMUS_PTHREAD
#include "litmus.h"
#include <stdatomic.h>

int x;
_Atomic int flag;

static void *writer(void *arg) {
  atomic_store_explicit(&flag, 1, memory_order_release);
  racer(0);
  x = 1;  // @A
  next();
  return arg;
}

int main(void) {
  spawn(writer, NULL);
  while (!atomic_load_explicit(&flag, memory_order_acquire)) sched_yield();
  racer(1);
  x = 2;  // @B
  next();
  turn(2);
}
