// SPDX-License-Identifier: Apache-2.0
// The first mutex of one side is only tried, but once it is held the second is waited for.
// exit: 0
// finding: lock-order lock-order-cycle: one, two
#include "turns.h"

static cr_mutex a, b;

static void one(void) {
  pair(&a, &b);
  turn_over();
}

static void two(void) {
  turn_await(1);
  if (cr_mutex_trylock(&b)) {
    cr_mutex_lock(&a);
    cr_mutex_unlock(&a);
    cr_mutex_unlock(&b);
  }
  turn_over();
}

int main(void) {
  cr_go(one);
  cr_go(two);
  turn_await(2);
}
