// SPDX-License-Identifier: Apache-2.0
// Two goroutines wait for each other, each for a while only: the time ends the ring.
#include <crun/crun.h>
#include <crun/short.h>

static void peer(chan(int) mine, chan(int) other, waitgroup *wg) {
  int v;
  if (!chan_recv_timeout(mine, &v, 2 * CR_MILLISECOND)) chan_try_send(other, 1);
  wg_done(wg);
}

int main(void) {
  chan(int) a = chan_make(int), b = chan_make(int);
  waitgroup wg = {0};
  wg_add(&wg, 2);
  go(peer, a, b, &wg);
  go(peer, b, a, &wg);
  wg_wait(&wg);
  return 0;
}
