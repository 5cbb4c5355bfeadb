// SPDX-License-Identifier: Apache-2.0
// A worker ends, by a return between lock and unlock, and takes the lock with it.
// exit: 2
// finding: deadlock owner-ended: main, account
// stderr: fatal error: all goroutines are asleep - deadlock!
#include <crun/crun.h>
#include <crun/short.h>

struct stats {
  mutex mu;
  int hits;  // under mu
};

static void account(struct stats *s, int n, waitgroup *wg) {
  defer(cr_waitgroup_done, wg);
  mutex_lock(&s->mu);
  if (n == 0) return;
  s->hits += n;
  mutex_unlock(&s->mu);
}

int main(void) {
  static struct stats s;
  waitgroup wg = {0};
  wg_add(&wg, 1);
  go(account, &s, 4, &wg);
  wg_wait(&wg);
  wg_add(&wg, 1);
  go(account, &s, 0, &wg);
  wg_wait(&wg);
  while (cr_num_goroutines() > 1) go_yield();  // until it is gone
  mutex_lock(&s.mu);
  int hits = s.hits;
  mutex_unlock(&s.mu);
  return hits != 4;
}
