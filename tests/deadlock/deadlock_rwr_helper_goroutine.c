// SPDX-License-Identifier: Apache-2.0
// A reader waits for its helper, the helper wants a read lock too, and a writer stands between them.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: report(...)
// stderr: helper(...)
// stderr: update(...)
#include <crun/crun.h>
#include <crun/short.h>

static rwmutex rw;
static int total = 5;  // under rw

static void update(waitgroup *wg) {
  rw_lock(&rw);
  total++;
  rw_unlock(&rw);
  wg_done(wg);
}

static void helper(chan(int) out) {
  rw_rlock(&rw);
  int v = total;
  rw_runlock(&rw);
  chan_send(out, v);
}

static int report(waitgroup *wg) {
  chan(int) out = chan_make(int);
  int v;
  rw_rlock(&rw);
  go(update, wg);
  while (rw_tryrlock(&rw)) {  // until the writer waits
    rw_runlock(&rw);
    go_yield();
  }
  go(helper, out);
  chan_recv(out, &v);
  rw_runlock(&rw);
  return v;
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 1);
  int v = report(&wg);
  wg_wait(&wg);
  return v != 5;
}
