// SPDX-License-Identifier: Apache-2.0
// A waitgroup serves one round after another.
#include "litmus.h"

int x;

static void worker(waitgroup *wg) {
  x++;
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  for (int i = 0; i < 50; i++) {
    wg_add(&wg, 1);
    go(worker, &wg);
    wg_wait(&wg);
    x++;
  }
  if (x != 100) return 3;
}
