// SPDX-License-Identifier: Apache-2.0
// A recovered panic jumps over wg_done: the job failed, and its group is never told.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: main(...)
#include <crun/crun.h>
#include <crun/short.h>

static void work(int job) {
  if (job == 2) cr_panic("job %d: bad input", job);
}

static void guarded(int job, waitgroup *wg) {
  go_try {
    work(job);
    wg_done(wg);
  }
}

int main(void) {
  waitgroup wg = {0};
  for (int job = 0; job < 4; job++) {
    wg_add(&wg, 1);
    go(guarded, job, &wg);
  }
  wg_wait(&wg);
  return 0;
}
