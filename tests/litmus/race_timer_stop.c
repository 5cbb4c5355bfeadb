// SPDX-License-Identifier: Apache-2.0
// To have stopped a timer, or to see that it was stopped, orders nothing.
// RACE: write A, write B
#include "litmus.h"

int x;

static void stops(cr_timer *t) {
  racer(0);
  x = 1;  // @A
  cr_timer_stop(t);
  next();
}

int main(void) {
  cr_timer *t = cr_timer_new(CR_HOUR);
  go(stops, t);
  racer(1);
  cr_timer_stop(t);
  x = 2;  // @B
  next();
  turn(2);
  cr_timer_free(t);
}
