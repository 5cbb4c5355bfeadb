// SPDX-License-Identifier: Apache-2.0
// A pthread mutex and one of crun's, in opposite order.
// exit: 0
// stderr: POSSIBLE DEADLOCK: 2 goroutines can wait for each other's locks
// finding: lock-order lock-order-cycle: one, two
#include <pthread.h>

#include "turns.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static cr_mutex b;

static void one(void) {
  pthread_mutex_lock(&a);
  cr_mutex_lock(&b);
  cr_mutex_unlock(&b);
  pthread_mutex_unlock(&a);
  turn_over();
}

static void two(void) {
  turn_await(1);
  cr_mutex_lock(&b);
  pthread_mutex_lock(&a);
  pthread_mutex_unlock(&a);
  cr_mutex_unlock(&b);
  turn_over();
}

int main(void) {
  cr_go(one);
  cr_go(two);
  turn_await(2);
}
