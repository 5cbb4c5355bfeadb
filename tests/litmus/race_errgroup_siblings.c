// SPDX-License-Identifier: Apache-2.0
// Functions of one errgroup are not ordered with each other, though both are under its limit.
// RACE: write A, write B
#include "litmus.h"

int x;

static int first(int who) {
  racer(0);
  x = 1;  // @A
  next();
  return who;
}

static int second(int who) {
  racer(1);
  x = 2;  // @B
  next();
  return who;
}

int main(void) {
  cr_errgroup g = {0};
  cr_errgroup_limit(&g, 2);
  cr_errgroup_go(&g, first, 0);
  cr_errgroup_go(&g, second, 0);
  cr_errgroup_wait(&g);
}
