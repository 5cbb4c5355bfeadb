// SPDX-License-Identifier: Apache-2.0
// One goroutine takes two mutexes in both orders.
#include "turns.h"

static cr_mutex a, b;

static void both(void) {
  pair(&a, &b);
  pair(&b, &a);
  turn_over();
}

int main(void) {
  cr_go(both);
  turn_await(1);
}
