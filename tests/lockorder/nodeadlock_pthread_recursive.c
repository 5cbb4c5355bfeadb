// SPDX-License-Identifier: Apache-2.0
// A recursive pthread mutex is taken again under another lock: its owner waits for nothing.
#define _GNU_SOURCE  // for the initializer
#include <pthread.h>

#include "turns.h"

static pthread_mutex_t a = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP, b = PTHREAD_MUTEX_INITIALIZER;

static void one(void) {
  pthread_mutex_lock(&a);
  pthread_mutex_lock(&b);
  pthread_mutex_lock(&a);
  pthread_mutex_unlock(&a);
  pthread_mutex_unlock(&b);
  pthread_mutex_unlock(&a);
  turn_over();
}

static void two(void) {
  turn_await(1);
  pthread_mutex_lock(&a);
  pthread_mutex_lock(&b);
  pthread_mutex_unlock(&b);
  pthread_mutex_unlock(&a);
  turn_over();
}

int main(void) {
  cr_go(one);
  cr_go(two);
  turn_await(2);
}
