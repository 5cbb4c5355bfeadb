// SPDX-License-Identifier: Apache-2.0
// Readers and writers together, with contention.
#include "litmus.h"

int x, y;

static void writer(rwmutex *rw, waitgroup *wg) {
  for (int i = 0; i < 50; i++) {
    rw_lock(rw);
    x++;
    go_yield();
    y++;
    rw_unlock(rw);
  }
  wg_done(wg);
}

static void reader(rwmutex *rw, waitgroup *wg) {
  for (int i = 0; i < 50; i++) {
    rw_rlock(rw);
    if (x != y) exit(3);
    go_yield();
    rw_runlock(rw);
  }
  wg_done(wg);
}

int main(void) {
  static rwmutex rw;
  waitgroup wg = {0};
  wg_add(&wg, 6);
  for (int i = 0; i < 2; i++) go(writer, &rw, &wg);
  for (int i = 0; i < 4; i++) go(reader, &rw, &wg);
  wg_wait(&wg);
  if (x != 100) return 3;
}
