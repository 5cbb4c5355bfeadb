// SPDX-License-Identifier: Apache-2.0
// Opposite orders under a third mutex, which only one can have.
#include "turns.h"

static cr_mutex gate, a, b;

static void one(void) {
  cr_mutex_lock(&gate);
  pair(&a, &b);
  cr_mutex_unlock(&gate);
  turn_over();
}

static void two(void) {
  cr_mutex_lock(&gate);
  pair(&b, &a);
  cr_mutex_unlock(&gate);
  turn_over();
}

int main(void) {
  cr_go(one);
  cr_go(two);
  turn_await(2);
}
