// SPDX-License-Identifier: Apache-2.0
// A third lock, a pthread mutex, keeps the two orders apart.
#include <pthread.h>

#include "turns.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static cr_mutex b;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void one(void) {
  pthread_mutex_lock(&gate);
  pthread_mutex_lock(&a);
  cr_mutex_lock(&b);
  cr_mutex_unlock(&b);
  pthread_mutex_unlock(&a);
  pthread_mutex_unlock(&gate);
  turn_over();
}

static void two(void) {
  turn_await(1);
  pthread_mutex_lock(&gate);
  cr_mutex_lock(&b);
  pthread_mutex_lock(&a);
  pthread_mutex_unlock(&a);
  cr_mutex_unlock(&b);
  pthread_mutex_unlock(&gate);
  turn_over();
}

int main(void) {
  cr_go(one);
  cr_go(two);
  turn_await(2);
}
