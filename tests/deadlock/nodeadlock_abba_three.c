// SPDX-License-Identifier: Apache-2.0
// A scheduler, its queue and its log are locked in this order by all.
#include <crun/crun.h>
#include <crun/short.h>

static mutex scheduler_mu, queue_mu, log_mu;

static void schedule(waitgroup *wg) {
  mutex_lock(&scheduler_mu);
  mutex_lock(&queue_mu);
  mutex_unlock(&queue_mu);
  mutex_unlock(&scheduler_mu);
  wg_done(wg);
}

static void enqueue(waitgroup *wg) {
  mutex_lock(&queue_mu);
  mutex_lock(&log_mu);
  mutex_unlock(&log_mu);
  mutex_unlock(&queue_mu);
  wg_done(wg);
}

static void rotate(waitgroup *wg) {
  mutex_lock(&scheduler_mu);
  mutex_lock(&log_mu);
  mutex_unlock(&log_mu);
  mutex_unlock(&scheduler_mu);
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 3);
  go(schedule, &wg);
  go(enqueue, &wg);
  go(rotate, &wg);
  wg_wait(&wg);
  return 0;
}
