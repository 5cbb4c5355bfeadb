// SPDX-License-Identifier: Apache-2.0
// Eight goroutines and a thread fight for one lock, and some give up by trylock.
#include <crun/crun.h>
#include <crun/short.h>
#include <pthread.h>

static mutex mu;
static int n;

static void adds(waitgroup *wg) {
  for (int i = 0; i < 100; i++) {
    if (i % 4 == 0 && !mutex_trylock(&mu)) continue;
    if (i % 4) mutex_lock(&mu);
    n++;
    mutex_unlock(&mu);
  }
  wg_done(wg);
}

static void *thread(void *wg) {
  adds(wg);
  return NULL;
}

int main(void) {
  waitgroup wg = {0};
  pthread_t t;
  wg_add(&wg, 9);
  if (pthread_create(&t, NULL, thread, &wg)) return 1;
  for (int i = 0; i < 8; i++) go(adds, &wg);
  wg_wait(&wg);
  pthread_join(t, NULL);
  return n < 9 * 75;
}
