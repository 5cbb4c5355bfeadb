// SPDX-License-Identifier: Apache-2.0
// Asking for a channel's length is no access to it.
#include "litmus.h"

static void sender(chan(int) c, waitgroup *wg) {
  for (int i = 0; i < 50; i++) chan_send(c, i);
  wg_done(wg);
}

static void watcher(chan(int) c, waitgroup *wg) {
  for (int i = 0; i < 50; i++) {
    use(chan_len(c) + chan_cap(c));
    go_yield();
  }
  wg_done(wg);
}

int main(void) {
  chan(int) c = chan_make(int, 2);
  waitgroup wg = {0};
  wg_add(&wg, 2);
  go(sender, c, &wg);
  go(watcher, c, &wg);
  int v;
  for (int i = 0; i < 50; i++) chan_recv(c, &v);
  wg_wait(&wg);
}
