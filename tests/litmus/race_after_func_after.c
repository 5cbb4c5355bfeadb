// SPDX-License-Identifier: Apache-2.0
// The function of a timer runs in a goroutine of its own, whose creator goes on unordered.
// RACE: write A, write B
#include "litmus.h"

int x;

static void runs(void *arg) {
  racer(0);
  x = 1;  // @A
  next();
}

int main(void) {
  cr_timer *t = cr_after_func(0, runs, NULL);
  racer(1);
  x = 2;  // @B
  next();
  turn(2);
  cr_timer_free(t);
}
