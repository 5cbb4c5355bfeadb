// SPDX-License-Identifier: Apache-2.0
// Two goroutines take two mutexes in opposite order, at different times.
// exit: 0
// stderr: POSSIBLE DEADLOCK: 2 goroutines can wait for each other's locks
// finding: lock-order lock-order-cycle: one, two
#include "turns.h"

static cr_mutex a, b;

static void one(void) {
  pair(&a, &b);
  turn_over();
}

static void two(void) {
  turn_await(1);
  pair(&b, &a);
  turn_over();
}

int main(void) {
  cr_go(one);
  cr_go(two);
  turn_await(2);
}
