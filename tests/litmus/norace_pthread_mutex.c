// SPDX-License-Identifier: Apache-2.0
// A pthread mutex, with lock and trylock.
#define LITMUS_PTHREAD
#include "litmus.h"

int x;
pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;

static void *worker(void *arg) {
  for (int i = 0; i < 200; i++) {
    if (i % 3 || pthread_mutex_trylock(&mu)) pthread_mutex_lock(&mu);
    x++;
    pthread_mutex_unlock(&mu);
  }
  return arg;
}

int main(void) {
  pthread_t t[3];
  for (int i = 0; i < 3; i++) t[i] = spawn(worker, NULL);
  for (int i = 0; i < 3; i++) pthread_join(t[i], NULL);
  if (x != 600) return 3;
}
