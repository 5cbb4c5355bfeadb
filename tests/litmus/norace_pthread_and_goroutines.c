// SPDX-License-Identifier: Apache-2.0
// A thread of the program's own, started and joined by a goroutine, and a pthread mutex between them.
#include "litmus.h"
#include <pthread.h>

int x, y;
pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;

static void *thread(void *arg) {
  x++;
  for (int i = 0; i < 50; i++) {
    pthread_mutex_lock(&mu);
    y++;
    pthread_mutex_unlock(&mu);
  }
  return arg;
}

static void child(waitgroup *wg) {
  pthread_t t;
  x = 1;
  if (pthread_create(&t, NULL, thread, NULL)) abort();
  pthread_mutex_lock(&mu);
  y++;
  pthread_mutex_unlock(&mu);
  pthread_join(t, NULL);
  x++;
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 1);
  go(child, &wg);
  wg_wait(&wg);
  if (x != 3 || y != 51) return 3;
}
