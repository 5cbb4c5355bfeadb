// SPDX-License-Identifier: Apache-2.0
// The one computation happens before every return of its value.
#include "litmus.h"

int x;
cr_once_value value;

static void *computes(void *arg) {
  go_yield();
  x = 1;
  return &x;
}

static void user(waitgroup *wg) {
  if (*(int *)cr_once_value_get(&value, computes, NULL) != 1) exit(3);
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 5);
  for (int i = 0; i < 5; i++) go(user, &wg);
  wg_wait(&wg);
}
