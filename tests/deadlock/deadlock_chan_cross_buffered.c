// SPDX-License-Identifier: Apache-2.0
// Two stages feed each other over buffers of one: each has filled the other's and sends once more.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: [chan send]
// stderr: stage(...)
#include <crun/crun.h>
#include <crun/short.h>

enum { ITEMS = 4 };

static void stage(chan(int) out, chan(int) in, waitgroup *wg) {
  defer(cr_waitgroup_done, wg);
  for (int i = 0; i < ITEMS; i++) chan_send(out, i);
  for (int i = 0; i < ITEMS; i++) chan_recv(in, NULL);
}

int main(void) {
  chan(int) left = chan_make(int, 1), right = chan_make(int, 1);
  waitgroup wg = {0};
  wg_add(&wg, 2);
  go(stage, left, right, &wg);
  go(stage, right, left, &wg);
  wg_wait(&wg);
  return 0;
}
