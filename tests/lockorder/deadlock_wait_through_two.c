// SPDX-License-Identifier: Apache-2.0
// A wait group is waited for with a lock held; a worker needs another, which leads to the first over a third.
// exit: 0
// finding: lock-order lock-held-while-waiting: waits, works, one, other
#include "turns.h"

static cr_mutex a, b, d;
static cr_rwmutex c;

static void works(cr_waitgroup *wg) {
  cr_mutex_lock(&b);
  cr_mutex_unlock(&b);
  cr_waitgroup_done(wg);
  turn_over();
}

static void waits(cr_waitgroup *wg) {
  turn_await(1);
  pair(&a, &d);
  cr_mutex_lock(&a);
  cr_waitgroup_wait(wg);
  cr_mutex_unlock(&a);
  turn_over();
}

static void one(void) {
  turn_await(2);
  cr_mutex_lock(&b);
  cr_rwmutex_rlock(&c);
  cr_rwmutex_runlock(&c);
  cr_mutex_unlock(&b);
  turn_over();
}

static void other(void) {
  turn_await(3);
  cr_rwmutex_lock(&c);
  cr_mutex_lock(&a);
  cr_mutex_unlock(&a);
  cr_rwmutex_unlock(&c);
  turn_over();
}

int main(void) {
  static cr_waitgroup wg;
  cr_waitgroup_add(&wg, 1);
  cr_go(works, &wg);
  cr_go(waits, &wg);
  cr_go(one);
  cr_go(other);
  turn_await(4);
}
