// SPDX-License-Identifier: Apache-2.0
// To have stopped a timer, or to see that it was stopped, orders nothing.
// RACE: write A, write B
#include "litmus.h"

int x;

static void stops(cr_timer *t, waitgroup *wg) {
  racer(0);
  x = 1;  // @A
  cr_timer_stop(t);
  next();
  wg_done(wg);
}

int main(void) {
  cr_timer *t = cr_timer_new(CR_HOUR);
  waitgroup wg = {0};
  wg_add(&wg, 1);
  go(stops, t, &wg);
  racer(1);
  cr_timer_stop(t);
  x = 2;  // @B
  next();
  wg_wait(&wg);
  cr_timer_free(t);
}
