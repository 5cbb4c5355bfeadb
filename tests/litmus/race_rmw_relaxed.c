// SPDX-License-Identifier: Apache-2.0
// A relaxed read-modify-write is atomic and orders nothing.
// RACE: write A, write B
#define LITMUS_PTHREAD
#include "litmus.h"
#include <stdatomic.h>

int x;
_Atomic int count;

static void *adder(void *arg) {
  racer(0);
  x = 1;  // @A
  atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
  next();
  return arg;
}

int main(void) {
  spawn(adder, NULL);
  racer(1);
  atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
  x = 2;  // @B
  next();
  turn(2);
}
