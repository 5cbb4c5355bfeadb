// SPDX-License-Identifier: Apache-2.0
// Close takes the lock after its workers have gone.
#include <crun/crun.h>
#include <crun/short.h>

struct pool {
  mutex mu;
  int alive;  // under mu
  waitgroup wg;
  chan(int) jobs;
};

static void worker(struct pool *p) {
  for_chan (int, job, p->jobs) (void)job;
  mutex_lock(&p->mu);
  p->alive--;
  mutex_unlock(&p->mu);
  wg_done(&p->wg);
}

static int pool_close(struct pool *p) {
  chan_close(p->jobs);
  wg_wait(&p->wg);
  mutex_lock(&p->mu);
  int alive = p->alive;
  mutex_unlock(&p->mu);
  return alive;
}

int main(void) {
  struct pool p = {.alive = 3, .jobs = chan_make(int, 4)};
  wg_add(&p.wg, 3);
  for (int i = 0; i < 3; i++) go(worker, &p);
  for (int i = 0; i < 4; i++) chan_send(p.jobs, i);
  return pool_close(&p);
}
