// SPDX-License-Identifier: Apache-2.0
// The helpers' channel is closed before the wait.
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

static void helper(waitgroup *wg, chan(int) work) {
  for_chan (int, w, work) (void)w;
  wg_done(wg);
}

static void coordinate(int n) {
  waitgroup wg = {0};
  chan(int) work = chan_make(int);
  wg_add(&wg, 2);
  for (int i = 0; i < 2; i++) go(helper, &wg, work);
  for (int i = 0; i < n; i++) chan_send(work, i);
  chan_close(work);
  wg_wait(&wg);
}

int main(void) {
  go(coordinate, 4);
  quiet();
  return 0;
}
