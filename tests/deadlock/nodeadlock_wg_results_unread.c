// SPDX-License-Identifier: Apache-2.0
// Workers send results on a channel that is read while a closer waits for the group.
#include <crun/crun.h>
#include <crun/short.h>

static void square(int n, chan(int) results, waitgroup *wg) {
  chan_send(results, n * n);
  wg_done(wg);
}

static void closer(waitgroup *wg, chan(int) results) {
  wg_wait(wg);
  chan_close(results);
}

int main(void) {
  chan(int) results = chan_make(int);
  waitgroup wg = {0};
  int sum = 0;
  for (int n = 1; n <= 3; n++) {
    wg_add(&wg, 1);
    go(square, n, results, &wg);
  }
  go(closer, &wg, results);
  for_chan (int, v, results) sum += v;
  return sum != 14;
}
