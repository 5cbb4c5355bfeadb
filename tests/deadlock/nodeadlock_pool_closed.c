// SPDX-License-Identifier: Apache-2.0
// A worker pool that is closed, drained and waited for.
#include <crun/crun.h>
#include <crun/short.h>

static void worker(chan(int) jobs, chan(int) results, waitgroup *wg) {
  for_chan (int, j, jobs) chan_send(results, j + 1);
  wg_done(wg);
}

static void closer(waitgroup *wg, chan(int) results) {
  wg_wait(wg);
  chan_close(results);
}

static void feed(chan(int) jobs, int n) {
  for (int j = 0; j < n; j++) chan_send(jobs, j);
  chan_close(jobs);
}

int main(void) {
  chan(int) jobs = chan_make(int), results = chan_make(int);
  waitgroup wg = {0};
  int sum = 0;
  wg_add(&wg, 5);
  for (int i = 0; i < 5; i++) go(worker, jobs, results, &wg);
  go(feed, jobs, 100);
  go(closer, &wg, results);
  for_chan (int, v, results) sum += v;
  return sum != 5050;
}
