// SPDX-License-Identifier: Apache-2.0
// Producers and consumers have a cond each: a signal reaches one that can use it.
#include <crun/crun.h>
#include <crun/short.h>

struct box {
  mutex mu;
  cond not_full, not_empty;
  bool full;    // under mu
  int waiting;  // consumers that have come; under mu
};

static cond *not_full(struct box *b) { return &b->not_full; }
static cond *not_empty(struct box *b) { return &b->not_empty; }

static void put_all(struct box *b, int n) {
  mutex_lock(&b->mu);
  for (int i = 0; i < n; i++) {
    while (b->full) cond_wait(not_full(b), &b->mu);
    b->full = true;
    cond_signal(not_empty(b));
  }
  mutex_unlock(&b->mu);
}

static void take(struct box *b, waitgroup *wg) {
  mutex_lock(&b->mu);
  b->waiting++;
  while (!b->full) cond_wait(not_empty(b), &b->mu);
  b->full = false;
  cond_signal(not_full(b));
  mutex_unlock(&b->mu);
  wg_done(wg);
}

static int waiting(struct box *b) {
  mutex_lock(&b->mu);
  defer(cr_mutex_unlock, &b->mu);
  return b->waiting;
}

int main(void) {
  struct box b = {0};
  waitgroup wg = {0};
  wg_add(&wg, 2);
  for (int i = 0; i < 2; i++) go(take, &b, &wg);
  while (waiting(&b) < 2) go_yield();
  put_all(&b, 2);
  wg_wait(&wg);
  return 0;
}
