// SPDX-License-Identifier: Apache-2.0
// A channel made where a freed one was has none of its accesses: its close does not race with an old send.
#include "litmus.h"

static void user(chan(int) c, waitgroup *wg) {
  int v;
  chan_send(c, 1);
  chan_recv(c, &v);
  wg_done(wg);
}

static void closer(void) {
  turn(1);
  chan(int) c = chan_make(int, 1);
  chan_close(c);
  chan_free(c);
  next();
}

int main(void) {
  go(closer);
  for (int i = 0; i < 100; i++) {
    chan(int) c = chan_make(int, 1);
    waitgroup wg = {0};
    wg_add(&wg, 1);
    go(user, c, &wg);
    wg_wait(&wg);
    chan_free(c);
  }
  next();
  turn(2);
}
