// SPDX-License-Identifier: Apache-2.0
// What a worker does after its Done is not covered by the Wait.
// RACE: write A, write B
#include "litmus.h"

int x;

static void worker(waitgroup *wg) {
  wg_done(wg);
  racer(0);
  x = 1;  // @A
  next();
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 1);
  go(worker, &wg);
  wg_wait(&wg);
  racer(1);
  x = 2;  // @B
  next();
  turn(2);
}
