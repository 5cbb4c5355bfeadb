// SPDX-License-Identifier: Apache-2.0
// A release read-modify-write does not acquire.
// RACE: write A, write B
#define LITMUS_PTHREAD
#include "litmus.h"
#include <stdatomic.h>

int x;
_Atomic int count;

static void *adder(void *arg) {
  x = 1;  // @A
  atomic_fetch_add_explicit(&count, 1, memory_order_release);
  next();
  return arg;
}

int main(void) {
  spawn(adder, NULL);
  turn(1);
  atomic_fetch_add_explicit(&count, 1, memory_order_release);
  x = 2;  // @B
}
