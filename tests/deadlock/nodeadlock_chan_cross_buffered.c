// SPDX-License-Identifier: Apache-2.0
// Two stages feed each other, and each looks at what has come before it sends more.
#include <crun/crun.h>
#include <crun/short.h>

enum { ITEMS = 4 };

static void stage(chan(int) out, chan(int) in, waitgroup *wg) {
  defer(cr_waitgroup_done, wg);
  for (int sent = 0, got = 0; sent < ITEMS || got < ITEMS;) {
    chan(int) next = sent < ITEMS ? out : NULL;
    chan(int) from = got < ITEMS ? in : NULL;
    select {
      on_send(next, sent) { sent++; }
      on_recv(from, NULL) { got++; }
    }
  }
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
