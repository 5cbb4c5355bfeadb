// SPDX-License-Identifier: Apache-2.0
// The Wait that came before the Add waits for nothing, and the results are read too early.
// RACE: write A, read B
#include "litmus.h"

int x;
waitgroup wg;

static void worker(void) {
  turn(1);
  wg_add(&wg, 1);
  x = 1;  // @A
  wg_done(&wg);
  next();
}

int main(void) {
  go(worker);
  wg_wait(&wg);
  next();
  turn(2);
  use(x);  // @B
}
