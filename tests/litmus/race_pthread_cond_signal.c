// SPDX-License-Identifier: Apache-2.0
// A signal orders nothing by itself: the write came after the mutex was given up.
// RACE: write A, write B
#define LITMUS_PTHREAD
#include "litmus.h"

int x, ready;
pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t cv = PTHREAD_COND_INITIALIZER;

static void *producer(void *arg) {
  pthread_mutex_lock(&mu);
  ready = 1;
  pthread_mutex_unlock(&mu);
  x = 1;  // @A
  next();
  pthread_cond_signal(&cv);
  return arg;
}

int main(void) {
  pthread_mutex_lock(&mu);
  spawn(producer, NULL);
  while (!ready) pthread_cond_wait(&cv, &mu);
  pthread_mutex_unlock(&mu);
  turn(1);
  x = 2;  // @B
}
