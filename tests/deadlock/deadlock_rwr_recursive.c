// SPDX-License-Identifier: Apache-2.0
// A statistics page read-locks for all and again for each part, and a writer comes in between.
// exit: 2
// finding: deadlock read-write-read: part, page, update
// stderr: WARNING: DEADLOCK
// stderr: fatal error: all goroutines are asleep - deadlock!
#include <crun/crun.h>
#include <crun/short.h>

static rwmutex rw;
static int counts[2] = {1, 2};  // under rw

static void update(waitgroup *wg) {
  rw_lock(&rw);
  counts[0]++;
  rw_unlock(&rw);
  wg_done(wg);
}

// writer_waits returns when a writer waits for this reader: from then on read locks are refused.
static void writer_waits(void) {
  while (rw_tryrlock(&rw)) {
    rw_runlock(&rw);
    go_yield();
  }
}

static int part(int i) {
  rw_rlock(&rw);
  int n = counts[i];
  rw_runlock(&rw);
  return n;
}

static int page(waitgroup *wg) {
  rw_rlock(&rw);
  go(update, wg);
  writer_waits();
  int n = part(0) + part(1);
  rw_runlock(&rw);
  return n;
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 1);
  int n = page(&wg);
  wg_wait(&wg);
  return n != 3;
}
