// SPDX-License-Identifier: Apache-2.0
// A reader of the index wants the log, and the log's owner wants to write the index.
// exit: 2
// finding: deadlock rwmutex-cycle: search, compact
// stderr: WARNING: DEADLOCK: 2 goroutines wait for each other's locks
// stderr: fatal error: all goroutines are asleep - deadlock!
#include <crun/crun.h>
#include <crun/short.h>

static rwmutex index_rw;
static mutex log_mu;
static int lines, entries = 3;
static waitgroup both;  // each has its first lock

static void meet(void) {
  wg_done(&both);
  wg_wait(&both);
}

static void search(waitgroup *wg) {
  rw_rlock(&index_rw);
  meet();
  mutex_lock(&log_mu);
  lines += entries;
  mutex_unlock(&log_mu);
  rw_runlock(&index_rw);
  wg_done(wg);
}

static void compact(waitgroup *wg) {
  mutex_lock(&log_mu);
  meet();
  rw_lock(&index_rw);
  entries = 1;
  rw_unlock(&index_rw);
  mutex_unlock(&log_mu);
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&both, 2);
  wg_add(&wg, 2);
  go(search, &wg);
  go(compact, &wg);
  wg_wait(&wg);
  return entries != 1;
}
