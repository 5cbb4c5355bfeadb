// SPDX-License-Identifier: Apache-2.0
// They take them in one order.
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
  both(&a, &b);
  turn_over();
}

int main(void) {
  cr_go(one);
  cr_go(two);
  turn_await(2);
}
