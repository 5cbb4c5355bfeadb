// SPDX-License-Identifier: Apache-2.0
// The second pthread mutex of one side is only tried, or with a time limit.
#include <pthread.h>

#include "turns.h"

#include <time.h>

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
  struct timespec now = {0};
  pthread_mutex_lock(&b);
  if (pthread_mutex_trylock(&a) == 0) pthread_mutex_unlock(&a);
  if (pthread_mutex_timedlock(&a, &now) == 0) pthread_mutex_unlock(&a);
  pthread_mutex_unlock(&b);
  turn_over();
}

int main(void) {
  cr_go(one);
  cr_go(two);
  turn_await(2);
}
