// SPDX-License-Identifier: Apache-2.0
// Three goroutines, three mutexes, each takes its own and then the next one's.
// exit: 0
// stderr: POSSIBLE DEADLOCK: 3 goroutines can wait for each other's locks
// finding: lock-order lock-order-cycle: first, second, third
#include "turns.h"

static cr_mutex a, b, c;

static void first(void) {
  pair(&a, &b);
  turn_over();
}

static void second(void) {
  turn_await(1);
  pair(&b, &c);
  turn_over();
}

static void third(void) {
  turn_await(2);
  pair(&c, &a);
  turn_over();
}

int main(void) {
  cr_go(first);
  cr_go(second);
  cr_go(third);
  turn_await(3);
}
