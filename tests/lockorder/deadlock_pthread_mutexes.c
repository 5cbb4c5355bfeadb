// SPDX-License-Identifier: Apache-2.0
// Two goroutines take two pthread mutexes in opposite order, at different times.
// exit: 0
// stderr: POSSIBLE DEADLOCK: 2 goroutines can wait for each other's locks
// stderr: while it holds pthread lock
// finding: lock-order lock-order-cycle: one, two
#include <pthread.h>

#include "turns.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;

static void both(pthread_mutex_t *first, pthread_mutex_t *second) {
  pthread_mutex_lock(first);
  pthread_mutex_lock(second);
  pthread_mutex_unlock(second);
  pthread_mutex_unlock(first);
}

static void one(void) {
  both(&a, &b);
  turn_over();
}

static void two(void) {
  turn_await(1);
  both(&b, &a);
  turn_over();
}

int main(void) {
  cr_go(one);
  cr_go(two);
  turn_await(2);
}
