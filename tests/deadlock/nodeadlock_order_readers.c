// SPDX-License-Identifier: Apache-2.0
// Two rwmutexes are read-locked in both orders and written by nobody.
#include <crun/crun.h>
#include <crun/short.h>

static rwmutex a, b;
static const int rows[2] = {1, 2};

static void join(rwmutex *outer, rwmutex *inner, _Atomic int *sum, waitgroup *wg) {
  for (int i = 0; i < 20; i++) {
    rw_rlock(outer);
    rw_rlock(inner);
    *sum += rows[0] + rows[1];
    rw_runlock(inner);
    rw_runlock(outer);
  }
  wg_done(wg);
}

int main(void) {
  _Atomic int sum = 0;
  waitgroup wg = {0};
  wg_add(&wg, 2);
  go(join, &a, &b, &sum, &wg);
  go(join, &b, &a, &sum, &wg);
  wg_wait(&wg);
  return sum != 120;
}
