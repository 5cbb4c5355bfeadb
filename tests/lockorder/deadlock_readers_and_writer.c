// SPDX-License-Identifier: Apache-2.0
// A reader takes a mutex and who has the mutex reads, in opposite order; a writer may come in between.
// exit: 0
// finding: lock-order lock-order-cycle: one, two, writer
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

static void writer(void) {
  turn_await(2);
  cr_rwmutex_lock(&rw);
  cr_rwmutex_unlock(&rw);
  turn_over();
}
int main(void) {
  cr_go(one);
  cr_go(two);
  cr_go(writer);
  turn_await(3);
}
