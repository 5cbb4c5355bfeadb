// SPDX-License-Identifier: Apache-2.0
// A waiter takes the pool's lock only after its cond_wait.
#include <crun/crun.h>
#include <crun/short.h>

static mutex pool_mu, queue_mu;
static cond added;
static int items, taken, waits, size;

static void await_item(waitgroup *wg) {
  mutex_lock(&queue_mu);
  waits = 1;
  while (items == 0) cond_wait(&added, &queue_mu);
  items--;
  mutex_lock(&pool_mu);
  taken++;
  mutex_unlock(&pool_mu);
  mutex_unlock(&queue_mu);
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
