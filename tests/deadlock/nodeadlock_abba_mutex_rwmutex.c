// SPDX-License-Identifier: Apache-2.0
// The table's lock comes before a page's mutex, in flush as in drop.
#include <crun/crun.h>
#include <crun/short.h>

static rwmutex table;
static mutex page;
static int dirty = 1, pages = 1;

static void flush(waitgroup *wg) {
  rw_lock(&table);
  mutex_lock(&page);
  dirty = 0;
  mutex_unlock(&page);
  rw_unlock(&table);
  wg_done(wg);
}

static void drop(waitgroup *wg) {
  rw_lock(&table);
  mutex_lock(&page);
  pages--;
  mutex_unlock(&page);
  rw_unlock(&table);
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 2);
  go(flush, &wg);
  go(drop, &wg);
  wg_wait(&wg);
  return dirty + pages;
}
