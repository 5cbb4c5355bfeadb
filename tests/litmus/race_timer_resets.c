// SPDX-License-Identifier: Apache-2.0
// Two goroutines reset one timer without an order: which period holds is chance.
// RACE: write A, write B
#include "litmus.h"

static void resets(cr_timer *t, waitgroup *wg) {
  racer(0);
  cr_timer_reset(t, CR_HOUR);  // @A
  next();
  wg_done(wg);
}

int main(void) {
  cr_timer *t = cr_timer_new(CR_HOUR);
  waitgroup wg = {0};
  wg_add(&wg, 1);
  go(resets, t, &wg);
  racer(1);
  cr_timer_reset(t, 2 * CR_HOUR);  // @B
  next();
  wg_wait(&wg);
  cr_timer_free(t);
}
