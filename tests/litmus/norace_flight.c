// SPDX-License-Identifier: Apache-2.0
// The return of a shared call happens before the return of all that take its result.
#include "litmus.h"

cr_flight flight;

static void *flies(void *arg) {
  int *p = calloc(1, sizeof *p);
  settle();
  *p = 1;
  return p;
}

static void asks(waitgroup *wg) {
  bool shared;
  int *p = cr_flight_do(&flight, "key", flies, NULL, &shared);
  if (*p != 1) exit(3);
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 3);
  for (int i = 0; i < 3; i++) go(asks, &wg);
  wg_wait(&wg);
}
