// SPDX-License-Identifier: Apache-2.0
// A goroutine waits on a cond with a second lock, which the one that signals takes before.
// exit: 0
// finding: lock-order lock-held-while-waiting: waits, signals
#include "turns.h"

static cr_mutex outer, m;
static cr_cond cond;
static int ready;  // under m

static void signals(void) {
  cr_mutex_lock(&outer);
  cr_mutex_unlock(&outer);
  turn_over();
  turn_await(2);
  cr_mutex_lock(&m);
  ready = 1;
  cr_cond_signal(&cond);
  cr_mutex_unlock(&m);
  turn_over();
}

static void waits(void) {
  turn_await(1);
  cr_mutex_lock(&outer);
  cr_mutex_lock(&m);
  turn_over();
  while (!ready) cr_cond_wait(&cond, &m);
  cr_mutex_unlock(&m);
  cr_mutex_unlock(&outer);
  turn_over();
}

int main(void) {
  cr_go(signals);
  cr_go(waits);
  turn_await(4);
}
