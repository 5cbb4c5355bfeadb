// SPDX-License-Identifier: Apache-2.0
// The panic of the one call of fn happens before every once_do returns, as its return would.
#include "litmus.h"

int x;
once only;

static void init(void) {
  go_yield();
  x = 1;
  cr_panic("half");
}

static void user(waitgroup *wg) {
  cr_try once_do(&only, init);
  if (x != 1) exit(3);
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 5);
  for (int i = 0; i < 5; i++) go(user, &wg);
  wg_wait(&wg);
}
