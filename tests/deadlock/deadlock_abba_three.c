// SPDX-License-Identifier: Apache-2.0
// A scheduler, its queue and its log lock each other's next: no pair is in opposite order, the three are.
// exit: 2
// finding: deadlock mutex-cycle: schedule, enqueue, rotate
// stderr: WARNING: DEADLOCK: 3 goroutines wait for each other's locks
// stderr: fatal error: all goroutines are asleep - deadlock!
#include <crun/crun.h>
#include <crun/short.h>

static mutex scheduler_mu, queue_mu, log_mu;
static waitgroup all;  // each has its first lock

static void meet(void) {
  wg_done(&all);
  wg_wait(&all);
}

static void schedule(waitgroup *wg) {
  mutex_lock(&scheduler_mu);
  meet();
  mutex_lock(&queue_mu);
  mutex_unlock(&queue_mu);
  mutex_unlock(&scheduler_mu);
  wg_done(wg);
}

static void enqueue(waitgroup *wg) {
  mutex_lock(&queue_mu);
  meet();
  mutex_lock(&log_mu);
  mutex_unlock(&log_mu);
  mutex_unlock(&queue_mu);
  wg_done(wg);
}

static void rotate(waitgroup *wg) {
  mutex_lock(&log_mu);
  meet();
  mutex_lock(&scheduler_mu);
  mutex_unlock(&scheduler_mu);
  mutex_unlock(&log_mu);
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&all, 3);
  wg_add(&wg, 3);
  go(schedule, &wg);
  go(enqueue, &wg);
  go(rotate, &wg);
  wg_wait(&wg);
  return 0;
}
