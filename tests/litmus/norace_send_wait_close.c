// SPDX-License-Identifier: Apache-2.0
// The close comes after all senders are done, and knows it.
#include "litmus.h"

static void sender(chan(int) c, waitgroup *wg) {
  for (int i = 0; i < 10; i++) chan_send(c, i);
  wg_done(wg);
}

static void closer(chan(int) c, waitgroup *wg) {
  wg_wait(wg);
  chan_close(c);
}

int main(void) {
  chan(int) c = chan_make(int, 3);
  waitgroup wg = {0};
  wg_add(&wg, 4);
  for (int i = 0; i < 4; i++) go(sender, c, &wg);
  go(closer, c, &wg);
  int n = 0;
  for_chan (int, v, c) n += v;
  if (n != 180) return 3;
}
