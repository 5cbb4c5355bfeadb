// SPDX-License-Identifier: Apache-2.0
// A page's mutex and the table's write lock are taken in opposite order by flush and drop.
// exit: 2
// finding: deadlock rwmutex-cycle: flush, drop
// stderr: WARNING: DEADLOCK: 2 goroutines wait for each other's locks
// stderr: fatal error: all goroutines are asleep - deadlock!
#include <crun/crun.h>
#include <crun/short.h>

static rwmutex table;
static mutex page;
static int dirty = 1, pages = 1;
static waitgroup both;  // each has its first lock

static void flush(waitgroup *wg) {
  mutex_lock(&page);
  wg_done(&both);
  wg_wait(&both);
  rw_lock(&table);
  dirty = 0;
  rw_unlock(&table);
  mutex_unlock(&page);
  wg_done(wg);
}

static void drop(waitgroup *wg) {
  rw_lock(&table);
  wg_done(&both);
  wg_wait(&both);
  mutex_lock(&page);
  pages--;
  mutex_unlock(&page);
  rw_unlock(&table);
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&both, 2);
  wg_add(&wg, 2);
  go(flush, &wg);
  go(drop, &wg);
  wg_wait(&wg);
  return dirty + pages;
}
