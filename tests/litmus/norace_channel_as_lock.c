// SPDX-License-Identifier: Apache-2.0
// A channel of capacity one is a lock: a send acquires it, a receive releases it.
#include "litmus.h"

int x;

static void worker(chan(int) lock, waitgroup *wg) {
  for (int i = 0; i < 50; i++) {
    int v;
    chan_send(lock, 1);
    x++;
    chan_recv(lock, &v);
  }
  wg_done(wg);
}

int main(void) {
  chan(int) lock = chan_make(int, 1);
  waitgroup wg = {0};
  wg_add(&wg, 4);
  for (int i = 0; i < 4; i++) go(worker, lock, &wg);
  wg_wait(&wg);
  if (x != 200) return 3;
}
