// SPDX-License-Identifier: Apache-2.0
// A mutex that a deferred call unlocks on the way of a panic orders as any other.
#include "litmus.h"

int x;
mutex mu;

static void adds(int n) {
  mutex_lock(&mu);
  cr_defer(cr_mutex_unlock, &mu);
  x += n;
  if (n % 2) cr_panic("%d", n);
}

static void worker(waitgroup *wg) {
  cr_defer(cr_waitgroup_done, wg);
  for (volatile int i = 0; i < 20; i++) {
    cr_try adds(i);
    cr_recover(text) if (atoi(text) != i) exit(3);
  }
  cr_goexit();
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 3);
  for (int i = 0; i < 3; i++) go(worker, &wg);
  wg_wait(&wg);
  if (x != 3 * 190) exit(3);
}
