// SPDX-License-Identifier: Apache-2.0
// Opposite orders under an rwmutex that both only read: that is no gate.
// exit: 0
// finding: lock-order lock-order-cycle: one, two
#include "turns.h"

static cr_rwmutex gate;
static cr_mutex a, b;

static void one(void) {
  cr_rwmutex_rlock(&gate);
  pair(&a, &b);
  cr_rwmutex_runlock(&gate);
  turn_over();
}

static void two(void) {
  turn_await(1);
  cr_rwmutex_rlock(&gate);
  pair(&b, &a);
  cr_rwmutex_runlock(&gate);
  turn_over();
}

int main(void) {
  cr_go(one);
  cr_go(two);
  turn_await(2);
}
