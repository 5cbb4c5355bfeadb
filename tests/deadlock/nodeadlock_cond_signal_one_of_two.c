// SPDX-License-Identifier: Apache-2.0
// A pool that is closed wakes all that wait.
#include <crun/crun.h>
#include <crun/short.h>

struct pool {
  mutex mu;
  cond changed;
  int free, waiting;  // under mu
  bool closed;        // under mu
};

static bool pool_get(struct pool *p) {
  mutex_lock(&p->mu);
  defer(cr_mutex_unlock, &p->mu);
  p->waiting++;
  while (p->free == 0 && !p->closed) cond_wait(&p->changed, &p->mu);
  p->waiting--;
  return !p->closed && p->free-- > 0;
}

static void pool_close(struct pool *p) {
  mutex_lock(&p->mu);
  p->closed = true;
  cond_broadcast(&p->changed);
  mutex_unlock(&p->mu);
}

static int waiting(struct pool *p) {
  mutex_lock(&p->mu);
  defer(cr_mutex_unlock, &p->mu);
  return p->waiting;
}

static void user(struct pool *p, waitgroup *wg) {
  pool_get(p);
  wg_done(wg);
}

int main(void) {
  struct pool p = {0};
  waitgroup wg = {0};
  wg_add(&wg, 2);
  for (int i = 0; i < 2; i++) go(user, &p, &wg);
  while (waiting(&p) < 2) go_yield();
  pool_close(&p);
  wg_wait(&wg);
  return 0;
}
