// SPDX-License-Identifier: Apache-2.0
// A reader takes a mutex and who has the mutex reads, in opposite order; nobody ever writes.
#include "turns.h"

static cr_rwmutex rw;
static cr_mutex m;

static void one(void) {
  cr_rwmutex_rlock(&rw);
  cr_mutex_lock(&m);
  cr_mutex_unlock(&m);
  cr_rwmutex_runlock(&rw);
  turn_over();
}

static void two(void) {
  turn_await(1);
  cr_mutex_lock(&m);
  cr_rwmutex_rlock(&rw);
  cr_rwmutex_runlock(&rw);
  cr_mutex_unlock(&m);
  turn_over();
}


int main(void) {
  cr_go(one);
  cr_go(two);
  turn_await(2);
}
