// SPDX-License-Identifier: Apache-2.0
// worker_pool.c: three workers share five jobs through one channel and answer through another.
//   crun run -race examples/worker_pool.c
#include <crun/crun.h>
#include <crun/short.h>
#include <stdio.h>

static void worker(int id, chan(int) jobs, chan(int) results, waitgroup *wg) {
  int job;
  while (chan_recv(jobs, &job)) {  // false once jobs is closed and drained
    printf("Worker %d started job %d\n", id, job);
    go_sleep(100 * CR_MILLISECOND);
    chan_send(results, job * 2);
  }
  wg_done(wg);
}

static void closer(waitgroup *wg, chan(int) results) {
  wg_wait(wg);
  chan_close(results);
}

int main(void) {
  chan(int) jobs = chan_make(int, 5), results = chan_make(int, 5);
  waitgroup wg = {0};
  for (int w = 1; w <= 3; w++) {
    wg_add(&wg, 1);
    go(worker, w, jobs, results, &wg);
  }
  for (int j = 1; j <= 5; j++) chan_send(jobs, j);
  chan_close(jobs);
  go(closer, &wg, results);
  for_chan (int, r, results) printf("Result processed: %d\n", r);
}
