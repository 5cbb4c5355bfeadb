// SPDX-License-Identifier: Apache-2.0
// A local variable lent to goroutines and taken back after the Wait.
#include "litmus.h"

static void child(int *p, waitgroup *wg) {
  *p += 1;
  wg_done(wg);
}

NOINLINE static int round_of(int i) {
  int local[4] = {i, i, i, i};
  waitgroup wg = {0};
  wg_add(&wg, 4);
  for (int k = 0; k < 4; k++) go(child, &local[k], &wg);
  wg_wait(&wg);
  return local[0] + local[3];
}

int main(void) {
  int sum = 0;
  for (int i = 0; i < 50; i++) sum += round_of(i);
  if (sum != 2550) return 3;
}
