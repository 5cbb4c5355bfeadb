// SPDX-License-Identifier: Apache-2.0
// Workers send results on an unbuffered channel that is read only after wg_wait: both sides wait for the other.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: square(...)
// stderr: [sync.WaitGroup.Wait]
#include <crun/crun.h>
#include <crun/short.h>

static void square(int n, chan(int) results, waitgroup *wg) {
  chan_send(results, n * n);
  wg_done(wg);
}

int main(void) {
  chan(int) results = chan_make(int);
  waitgroup wg = {0};
  int sum = 0;
  for (int n = 1; n <= 3; n++) {
    wg_add(&wg, 1);
    go(square, n, results, &wg);
  }
  wg_wait(&wg);
  chan_close(results);
  for_chan (int, v, results) sum += v;
  return sum != 14;
}
