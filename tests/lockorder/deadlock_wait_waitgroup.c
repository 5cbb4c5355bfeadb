// SPDX-License-Identifier: Apache-2.0
// A goroutine waits for a group with a lock that one of the group takes before it is done.
// exit: 0
// finding: lock-order lock-held-while-waiting: waits, takes
#include "turns.h"

static cr_mutex m;

static void takes(cr_waitgroup *wg) {
  cr_mutex_lock(&m);
  cr_mutex_unlock(&m);
  cr_waitgroup_done(wg);
  turn_over();
}

static void takes_not(cr_waitgroup *wg) {
  cr_waitgroup_done(wg);
  turn_over();
}

static void waits(cr_waitgroup *wg) {
  turn_await(2);
  cr_mutex_lock(&m);
  cr_waitgroup_wait(wg);
  cr_mutex_unlock(&m);
  turn_over();
}

int main(void) {
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 2);
  cr_go(takes, &wg);
  cr_go(takes_not, &wg);
  cr_go(waits, &wg);
  turn_await(3);
}
