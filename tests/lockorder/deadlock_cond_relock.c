// SPDX-License-Identifier: Apache-2.0
// A wait on a cond takes its mutex again while another is held, in the opposite order of somebody else's.
// exit: 0
// finding: lock-order lock-order-cycle: waits, other
// finding: lock-order lock-held-while-waiting: waits, wakes, other
#include "turns.h"

static cr_mutex a, m;
static cr_cond cond;
static int ready;  // under m

static void waits(void) {
  cr_mutex_lock(&m);
  cr_mutex_lock(&a);
  do cr_cond_wait(&cond, &m);
  while (!ready);
  cr_mutex_unlock(&a);
  cr_mutex_unlock(&m);
  turn_over();
}

static void other(void) {
  turn_await(1);
  cr_mutex_lock(&m);
  cr_mutex_lock(&a);
  cr_mutex_unlock(&a);
  cr_mutex_unlock(&m);
  turn_over();
}

static void wakes(void) {
  while (turn_now() == 0) {
    cr_mutex_lock(&m);
    ready = 1;
    cr_cond_signal(&cond);
    cr_mutex_unlock(&m);
    cr_yield();
  }
}

int main(void) {
  cr_go(waits);
  cr_yield();
  cr_go(wakes);
  cr_go(other);
  turn_await(2);
}
