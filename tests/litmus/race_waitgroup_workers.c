// SPDX-License-Identifier: Apache-2.0
// Workers of one waitgroup are not ordered with each other, not even by Done.
// RACE: write A, write B
#include "litmus.h"

int x;

static void first(waitgroup *wg) {
  racer(0);
  x = 1;  // @A
  wg_done(wg);
  next();
}

static void second(waitgroup *wg) {
  racer(1);
  x = 2;  // @B
  wg_done(wg);
  next();
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 2);
  go(first, &wg);
  go(second, &wg);
  wg_wait(&wg);
}
