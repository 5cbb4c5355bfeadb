// SPDX-License-Identifier: Apache-2.0
// A worker pool on global channels that nobody closes: its workers are parked when main returns, as daemons are.
#include <crun/crun.h>
#include <crun/short.h>

static chan(int) jobs;
static chan(int) results;

static void worker(void) {
  for_chan (int, j, jobs) chan_send(results, j * j);
}

int main(void) {
  int sum = 0, v;
  jobs = chan_make(int, 4);
  results = chan_make(int, 4);
  for (int i = 0; i < 4; i++) go(worker);
  for (int j = 0; j < 4; j++) chan_send(jobs, j);
  for (int j = 0; j < 4; j++) {
    chan_recv(results, &v);
    sum += v;
  }
  return sum != 14;
}
