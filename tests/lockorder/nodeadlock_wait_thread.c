// SPDX-License-Identifier: Apache-2.0
// A receive under a lock that threads take before they send: each was joined before, or is made after.
#include <crun/crun.h>
#include <pthread.h>

static cr_mutex m;
static cr_chan(int) c;

static void *sends(void *arg) {
  cr_mutex_lock(&m);
  cr_mutex_unlock(&m);
  cr_chan_send(c, 1);
  return arg;
}

static void run(void) {
  pthread_t t;
  pthread_create(&t, NULL, sends, NULL);
  pthread_join(t, NULL);
}

int main(void) {
  c = cr_chan_make(int, 1);
  run();
  cr_mutex_lock(&m);
  cr_chan_recv(c, NULL);
  cr_mutex_unlock(&m);
  run();
  cr_chan_recv(c, NULL);
  cr_chan_free(c);
}
