// SPDX-License-Identifier: Apache-2.0
// A waiter holds the pool's lock across a cond_wait: woken, it wants the queue's lock, whose holder wants the pool's.
// exit: 2
// finding: deadlock mutex-cycle: await_item, add_item
// stderr: WARNING: DEADLOCK: 2 goroutines wait for each other's locks
// stderr: fatal error: all goroutines are asleep - deadlock!
#include <crun/crun.h>
#include <crun/short.h>

static mutex pool_mu, queue_mu;
static cond added;
static int items, taken, waits, size;

static void await_item(waitgroup *wg) {
  mutex_lock(&pool_mu);
  mutex_lock(&queue_mu);
  waits = 1;
  while (items == 0) cond_wait(&added, &queue_mu);
  items--;
  taken++;
  mutex_unlock(&queue_mu);
  mutex_unlock(&pool_mu);
  wg_done(wg);
}

static void add_item(waitgroup *wg) {
  mutex_lock(&queue_mu);
  items++;
  cond_signal(&added);
  mutex_lock(&pool_mu);
  size++;
  mutex_unlock(&pool_mu);
  mutex_unlock(&queue_mu);
  wg_done(wg);
}

static bool waiting(void) {
  mutex_lock(&queue_mu);
  bool yes = waits;
  mutex_unlock(&queue_mu);
  return yes;
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 2);
  go(await_item, &wg);
  while (!waiting()) go_yield();
  go(add_item, &wg);
  wg_wait(&wg);
  return taken != 1;
}
