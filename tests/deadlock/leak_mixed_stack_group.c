// SPDX-License-Identifier: Apache-2.0
// A goroutine waits for a group on its own stack, and its helpers for a channel that only they know.
// exit: 67
// finding: leak unreachable: helper
// finding: leak unreachable: coordinate
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
  wg_wait(&wg);
}

int main(void) {
  go(coordinate, 4);
  quiet();
  return 0;
}
