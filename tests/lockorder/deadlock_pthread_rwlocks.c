// SPDX-License-Identifier: Apache-2.0
// Each reads one pthread rwlock and writes the other.
// exit: 0
// stderr: POSSIBLE DEADLOCK: 2 goroutines can wait for each other's locks
// stderr: read-locks pthread rwlock
// finding: lock-order lock-order-cycle: one, two
#include <pthread.h>

#include "turns.h"

static pthread_rwlock_t a = PTHREAD_RWLOCK_INITIALIZER, b = PTHREAD_RWLOCK_INITIALIZER;

static void one(void) {
  pthread_rwlock_wrlock(&a);
  pthread_rwlock_rdlock(&b);
  pthread_rwlock_unlock(&b);
  pthread_rwlock_unlock(&a);
  turn_over();
}

static void two(void) {
  turn_await(1);
  pthread_rwlock_wrlock(&b);
  pthread_rwlock_rdlock(&a);
  pthread_rwlock_unlock(&a);
  pthread_rwlock_unlock(&b);
  turn_over();
}

int main(void) {
  cr_go(one);
  cr_go(two);
  turn_await(2);
}
