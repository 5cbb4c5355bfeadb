// SPDX-License-Identifier: Apache-2.0
// A ticker is stopped while another goroutine may reset it: whether it ticks in the end is chance.
// RACE: write A, read B
#include "litmus.h"

static void resets(cr_ticker *t, waitgroup *wg) {
  racer(0);
  cr_ticker_reset(t, CR_HOUR);  // @A
  next();
  wg_done(wg);
}

int main(void) {
  cr_ticker *t = cr_ticker_new(CR_HOUR);
  waitgroup wg = {0};
  wg_add(&wg, 1);
  go(resets, t, &wg);
  racer(1);
  cr_ticker_stop(t);  // @B
  next();
  wg_wait(&wg);
  cr_ticker_free(t);
}
