// SPDX-License-Identifier: Apache-2.0
// Put and get order by the thing: who takes one thing is not ordered with who put another.
// RACE-ALSO: write A, write C
// RACE-ALSO: write B, write D
#include "litmus.h"

int x, y, things[2];
cr_pool pool;

static void puts_one(void) {
  x = 1;  // @A
  cr_pool_put(&pool, &things[0]);
  next();
}

static void puts_other(void) {
  y = 1;  // @B
  cr_pool_put(&pool, &things[1]);
  next();
}

static NOINLINE void write_x(void) {
  x = 2;  // @C
}

static NOINLINE void write_y(void) {
  y = 2;  // @D
}

int main(void) {
  go(puts_one);
  go(puts_other);
  turn(2);
  if (cr_pool_get(&pool) == &things[1]) write_x();
  else write_y();
}
