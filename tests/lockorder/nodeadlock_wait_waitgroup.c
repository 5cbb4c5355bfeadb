// SPDX-License-Identifier: Apache-2.0
// Waits for a group with a lock that the group does not take, or takes only to read, or that was taken before.
#include "turns.h"

static cr_mutex m, other;
static cr_rwmutex rw;

static void member(cr_waitgroup *wg) {
  cr_rwmutex_rlock(&rw);
  cr_rwmutex_runlock(&rw);
  cr_mutex_lock(&other);
  cr_mutex_unlock(&other);
  cr_waitgroup_done(wg);
  turn_over();
}

static void waits(cr_waitgroup *wg) {
  turn_await(2);
  cr_mutex_lock(&m);
  cr_rwmutex_rlock(&rw);
  cr_waitgroup_wait(wg);
  cr_rwmutex_runlock(&rw);
  cr_mutex_unlock(&m);
  turn_over();
}

int main(void) {
  cr_waitgroup wg = {0};
  cr_mutex_lock(&m);
  cr_mutex_unlock(&m);
  cr_waitgroup_add(&wg, 2);
  cr_go(member, &wg);
  cr_go(member, &wg);
  cr_go(waits, &wg);
  turn_await(3);
  for (int i = 0; i < 10; i++) {
    cr_waitgroup_add(&wg, 1);
    cr_go(member, &wg);
    cr_waitgroup_wait(&wg);
    cr_mutex_lock(&other);
    cr_waitgroup_wait(&wg);
    cr_mutex_unlock(&other);
  }
}
