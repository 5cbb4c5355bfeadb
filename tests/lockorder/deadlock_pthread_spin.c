// SPDX-License-Identifier: Apache-2.0
// Two goroutines take two spin locks in opposite order.
// modes: race
// exit: 0
// stderr: POSSIBLE DEADLOCK: 2 goroutines can wait for each other's locks
// finding: lock-order lock-order-cycle: one, two
#include <pthread.h>

#include "turns.h"

static pthread_spinlock_t a, b;

static void both(pthread_spinlock_t *first, pthread_spinlock_t *second) {
  pthread_spin_lock(first);
  pthread_spin_lock(second);
  pthread_spin_unlock(second);
  pthread_spin_unlock(first);
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
  pthread_spin_init(&a, PTHREAD_PROCESS_PRIVATE);
  pthread_spin_init(&b, PTHREAD_PROCESS_PRIVATE);
  cr_go(one);
  cr_go(two);
  turn_await(2);
}
