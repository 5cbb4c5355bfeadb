// SPDX-License-Identifier: Apache-2.0
// They take them in one order, or try.
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
  pthread_spin_lock(&b);
  if (pthread_spin_trylock(&a) == 0) pthread_spin_unlock(&a);
  pthread_spin_unlock(&b);
  turn_over();
}

int main(void) {
  pthread_spin_init(&a, PTHREAD_PROCESS_PRIVATE);
  pthread_spin_init(&b, PTHREAD_PROCESS_PRIVATE);
  cr_go(one);
  cr_go(two);
  turn_await(2);
}
