// SPDX-License-Identifier: Apache-2.0
// A supervisor is itself a member of the group that it waits for.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: supervise(...)
#include <crun/crun.h>
#include <crun/short.h>

static void worker(waitgroup *wg) { wg_done(wg); }

static void supervise(waitgroup *all) {
  waitgroup *workers = all;
  for (int i = 0; i < 3; i++) {
    wg_add(workers, 1);
    go(worker, workers);
  }
  wg_wait(workers);
  wg_done(all);
}

int main(void) {
  waitgroup all = {0};
  wg_add(&all, 1);
  go(supervise, &all);
  wg_wait(&all);
  return 0;
}
