// SPDX-License-Identifier: Apache-2.0
// racy_pool_counter.c: the worker pool with a statistic that all workers count up together.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdio.h>

static int jobs_done;  // the mistake: shared by all workers, protected by nothing

static void worker(chan(int) jobs, chan(int) results, waitgroup *wg) {
  int job;
  while (chan_recv(jobs, &job)) {
    go_sleep(10 * CR_MILLISECOND);
    jobs_done++;
    chan_send(results, job * 2);
  }
  wg_done(wg);
}

int main(void) {
  chan(int) jobs = chan_make(int, 5), results = chan_make(int, 5);
  waitgroup wg = {0};
  wg_add(&wg, 3);
  for (int w = 0; w < 3; w++) go(worker, jobs, results, &wg);
  for (int j = 1; j <= 5; j++) chan_send(jobs, j);
  chan_close(jobs);
  wg_wait(&wg);
  printf("%d jobs done, %d results\n", jobs_done, (int)chan_len(results));
}
