// SPDX-License-Identifier: Apache-2.0
// A pthread mutex is destroyed, and another made where it was.
#include <pthread.h>

#include "turns.h"

static pthread_mutex_t a;
static cr_mutex b;

static void one(void) {
  pthread_mutex_init(&a, NULL);
  pthread_mutex_lock(&a);
  cr_mutex_lock(&b);
  cr_mutex_unlock(&b);
  pthread_mutex_unlock(&a);
  pthread_mutex_destroy(&a);
  turn_over();
}

static void two(void) {
  turn_await(1);
  pthread_mutex_init(&a, NULL);
  cr_mutex_lock(&b);
  pthread_mutex_lock(&a);
  pthread_mutex_unlock(&a);
  cr_mutex_unlock(&b);
  pthread_mutex_destroy(&a);
  turn_over();
}

int main(void) {
  cr_go(one);
  cr_go(two);
  turn_await(2);
}
