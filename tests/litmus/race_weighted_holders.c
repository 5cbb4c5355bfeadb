// SPDX-License-Identifier: Apache-2.0
// Two that hold permits at the same time are not ordered, nor is one that got none.
// RACE: write A, write B
#include "litmus.h"

int x;
cr_weighted some = CR_WEIGHTED_INIT(4);

static void holds(void) {
  cr_weighted_try_acquire(&some, 2);
  racer(0);
  x = 1;  // @A
  cr_weighted_try_acquire(&some, 3);
  next();
}

int main(void) {
  go(holds);
  cr_weighted_try_acquire(&some, 2);
  racer(1);
  x = 2;  // @B
  cr_weighted_try_acquire(&some, 3);
  next();
  turn(2);
}
