// SPDX-License-Identifier: Apache-2.0
// The log's owner gives the log up before it writes the index.
#include <crun/crun.h>
#include <crun/short.h>

static rwmutex index_rw;
static mutex log_mu;
static int lines, entries = 3;

static void search(waitgroup *wg) {
  rw_rlock(&index_rw);
  mutex_lock(&log_mu);
  lines += entries;
  mutex_unlock(&log_mu);
  rw_runlock(&index_rw);
  wg_done(wg);
}

static void compact(waitgroup *wg) {
  mutex_lock(&log_mu);
  lines++;
  mutex_unlock(&log_mu);
  rw_lock(&index_rw);
  entries = 1;
  rw_unlock(&index_rw);
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 2);
  go(search, &wg);
  go(compact, &wg);
  wg_wait(&wg);
  return entries != 1;
}
