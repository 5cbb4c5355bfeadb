// SPDX-License-Identifier: Apache-2.0
// A reader hands its helper what it has read, and the helper takes no lock.
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

static void helper(int v, chan(int) out) { chan_send(out, v); }

static int report(waitgroup *wg) {
  chan(int) out = chan_make(int);
  int v;
  rw_rlock(&rw);
  go(update, wg);
  while (rw_tryrlock(&rw)) {  // until the writer waits
    rw_runlock(&rw);
    go_yield();
  }
  go(helper, total, out);
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
