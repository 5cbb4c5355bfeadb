// SPDX-License-Identifier: Apache-2.0
// The batch's channel is closed behind the last job.
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

static void worker(chan(int) jobs, chan(int) results) {
  for_chan (int, j, jobs) chan_send(results, j + 1);
}

static int run_batch(int n) {
  chan(int) jobs = chan_make(int), results = chan_make(int, n);
  int sum = 0, v;
  for (int w = 0; w < 2; w++) go(worker, jobs, results);
  for (int j = 0; j < n; j++) chan_send(jobs, j);
  chan_close(jobs);
  for (int j = 0; j < n; j++) {
    chan_recv(results, &v);
    sum += v;
  }
  return sum;
}

int main(void) {
  int sum = run_batch(4);
  quiet();
  return sum != 10;
}
