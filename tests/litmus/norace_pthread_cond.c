// SPDX-License-Identifier: Apache-2.0
// A pthread condition variable in its usual shape.
#define LITMUS_PTHREAD
#include "litmus.h"

int x, ready;
pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t cv = PTHREAD_COND_INITIALIZER;

static void *producer(void *arg) {
  x = 1;
  pthread_mutex_lock(&mu);
  ready = 1;
  pthread_cond_signal(&cv);
  pthread_mutex_unlock(&mu);
  return arg;
}

int main(void) {
  pthread_mutex_lock(&mu);
  spawn(producer, NULL);
  while (!ready) pthread_cond_wait(&cv, &mu);
  pthread_mutex_unlock(&mu);
  x = 2;
}
