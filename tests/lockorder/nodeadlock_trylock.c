// SPDX-License-Identifier: Apache-2.0
// The second mutex of one side is only tried.
#include "turns.h"

static cr_mutex a, b;

static void one(void) {
  pair(&a, &b);
  turn_over();
}

static void two(void) {
  turn_await(1);
  cr_mutex_lock(&b);
  if (cr_mutex_trylock(&a)) cr_mutex_unlock(&a);
  cr_mutex_unlock(&b);
  turn_over();
}

int main(void) {
  cr_go(one);
  cr_go(two);
  turn_await(2);
}
