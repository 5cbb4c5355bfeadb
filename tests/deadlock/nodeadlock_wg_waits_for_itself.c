// SPDX-License-Identifier: Apache-2.0
// A supervisor waits for its workers and is in nobody's group but main's.
#include <crun/crun.h>
#include <crun/short.h>

static void worker(waitgroup *wg) { wg_done(wg); }

static void supervise(waitgroup *all) {
  waitgroup own = {0}, *workers = &own;
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
