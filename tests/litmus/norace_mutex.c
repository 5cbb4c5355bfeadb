// SPDX-License-Identifier: Apache-2.0
// Unlock n happens before lock m returns, for every m > n.
#include "litmus.h"

int x;

static void worker(mutex *mu, waitgroup *wg) {
  for (int i = 0; i < 100; i++) {
    mutex_lock(mu);
    x++;
    if (i % 10 == 0) go_yield();
    mutex_unlock(mu);
  }
  wg_done(wg);
}

int main(void) {
  static mutex mu;
  waitgroup wg = {0};
  wg_add(&wg, 4);
  for (int i = 0; i < 4; i++) go(worker, &mu, &wg);
  wg_wait(&wg);
  if (x != 400) return 3;
}
