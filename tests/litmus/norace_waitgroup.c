// SPDX-License-Identifier: Apache-2.0
// Done happens before the Wait that it lets through.
#include "litmus.h"

int x[8];

static void worker(int i, waitgroup *wg) {
  x[i] = i;
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  for (int i = 0; i < 8; i++) {
    wg_add(&wg, 1);
    go(worker, i, &wg);
  }
  if (litmus_order()) settle();
  wg_wait(&wg);
  int sum = 0;
  for (int i = 0; i < 8; i++) {
    sum += x[i];
    x[i] = 0;
  }
  if (sum != 28) return 3;
}
