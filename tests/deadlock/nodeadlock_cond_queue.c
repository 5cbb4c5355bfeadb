// SPDX-License-Identifier: Apache-2.0
// A bounded queue with two conds, four producers and four consumers.
#include <crun/crun.h>
#include <crun/short.h>

enum { ROOM = 2, ITEMS = 50 };
static mutex mu;
static cond not_full, not_empty;
static int n, moved;  // under mu

static void produce(waitgroup *wg) {
  for (int i = 0; i < ITEMS; i++) {
    mutex_lock(&mu);
    while (n == ROOM) cond_wait(&not_full, &mu);
    n++;
    cond_signal(&not_empty);
    mutex_unlock(&mu);
  }
  wg_done(wg);
}

static void consume(waitgroup *wg) {
  for (int i = 0; i < ITEMS; i++) {
    mutex_lock(&mu);
    while (n == 0) cond_wait(&not_empty, &mu);
    n--;
    moved++;
    cond_signal(&not_full);
    mutex_unlock(&mu);
  }
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 8);
  for (int i = 0; i < 4; i++) {
    go(produce, &wg);
    go(consume, &wg);
  }
  wg_wait(&wg);
  return moved != 4 * ITEMS;
}
