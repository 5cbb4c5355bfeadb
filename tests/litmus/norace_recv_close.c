// SPDX-License-Identifier: Apache-2.0
// Receivers need not be ordered with the close.
#include "litmus.h"

static void receiver(chan(int) c, waitgroup *wg) {
  int v;
  while (chan_recv(c, &v)) use(v);
  wg_done(wg);
}

int main(void) {
  chan(int) c = chan_make(int, 2);
  waitgroup wg = {0};
  wg_add(&wg, 3);
  for (int i = 0; i < 3; i++) go(receiver, c, &wg);
  for (int i = 0; i < 10; i++) chan_send(c, i);
  chan_close(c);
  wg_wait(&wg);
}
