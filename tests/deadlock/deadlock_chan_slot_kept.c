// SPDX-License-Identifier: Apache-2.0
// A channel as semaphore: a failing job returns without giving its slot back, and soon nobody gets one.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: download(...)
#include <crun/crun.h>
#include <crun/short.h>

static void give_back(chan(char) *slots) { chan_recv(*slots, NULL); }

static void download(chan(char) slots, waitgroup *wg, int size) {
  defer(cr_waitgroup_done, wg);
  chan_send(slots, 1);
  if (size < 0) return;  // no such file
  give_back(&slots);
}

int main(void) {
  static const int rounds[][2] = {{10, -1}, {20, -1}, {30, 40}};
  chan(char) slots = chan_make(char, 2);
  for (int round = 0; round < 3; round++) {
    waitgroup wg = {0};
    wg_add(&wg, 2);
    for (int i = 0; i < 2; i++) go(download, slots, &wg, rounds[round][i]);
    wg_wait(&wg);
  }
  return (int)chan_len(slots);
}
