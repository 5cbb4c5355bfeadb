// SPDX-License-Identifier: Apache-2.0
// An Add from zero that nothing orders with the Wait is misuse: the Wait may come first and not wait.
// RACE: read A, write B
#include "litmus.h"

waitgroup wg;

static void worker(void) {
  wg_add(&wg, 1);  // @A
  next();
  turn(2);
  settle();
  wg_done(&wg);
}

int main(void) {
  go(worker);
  turn(1);
  next();
  wg_wait(&wg);  // @B
}
