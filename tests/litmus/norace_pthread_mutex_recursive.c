// SPDX-License-Identifier: Apache-2.0
// A recursive mutex is held until its last unlock.
#define LITMUS_PTHREAD
#include "litmus.h"

int x;
pthread_mutex_t mu;

static void *worker(void *arg) {
  for (int i = 0; i < 100; i++) {
    pthread_mutex_lock(&mu);
    pthread_mutex_lock(&mu);
    x++;
    pthread_mutex_unlock(&mu);
    x++;
    pthread_mutex_unlock(&mu);
  }
  return arg;
}

int main(void) {
  pthread_mutexattr_t attr;
  pthread_mutexattr_init(&attr);
  pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&mu, &attr);
  pthread_t t = spawn(worker, NULL);
  worker(NULL);
  pthread_join(t, NULL);
  if (x != 400) return 3;
}
