// SPDX-License-Identifier: Apache-2.0
// Two pthread mutexes do not protect one variable.
// RACE: write A, write B
#define LITMUS_PTHREAD
#include "litmus.h"

int x;
pthread_mutex_t mu[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};

static void *thread(void *arg) {
  pthread_mutex_lock(&mu[0]);
  racer(0);
  x = 1;  // @A
  next();
  pthread_mutex_unlock(&mu[0]);
  return arg;
}

int main(void) {
  spawn(thread, NULL);
  pthread_mutex_lock(&mu[1]);
  racer(1);
  x = 2;  // @B
  next();
  pthread_mutex_unlock(&mu[1]);
  turn(2);
}
