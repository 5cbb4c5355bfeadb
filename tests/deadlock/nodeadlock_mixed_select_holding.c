// SPDX-License-Identifier: Apache-2.0
// A dispatcher decides under the lock and selects without it.
#include <crun/crun.h>
#include <crun/short.h>

struct dispatcher {
  mutex mu;
  int done;  // under mu
  chan(int) fast, slow;
};

static void worker(struct dispatcher *d, chan(int) jobs, waitgroup *wg) {
  for_chan (int, job, jobs) {
    mutex_lock(&d->mu);
    d->done += job;
    mutex_unlock(&d->mu);
  }
  wg_done(wg);
}

static void dispatch(struct dispatcher *d, int n) {
  for (int i = 0; i < n; i++) {
    select {
      on_send(d->fast, 1) {}
      on_send(d->slow, 1) {}
    }
  }
}

int main(void) {
  struct dispatcher d = {.fast = chan_make(int), .slow = chan_make(int)};
  waitgroup wg = {0};
  wg_add(&wg, 2);
  go(worker, &d, d.fast, &wg);
  go(worker, &d, d.slow, &wg);
  dispatch(&d, 4);
  chan_close(d.fast);
  chan_close(d.slow);
  wg_wait(&wg);
  return d.done != 4;
}
