// SPDX-License-Identifier: Apache-2.0
// Three threads of the program's own get a mutex one after the other, and a goroutine waits for the last.
#include <crun/crun.h>
#include <crun/short.h>
#include <pthread.h>

static mutex mu;
static chan(int) done;

static void *thread(void *arg) {
  mutex_lock(&mu);
  mutex_unlock(&mu);
  chan_send(done, 1);
  return arg;
}

int main(void) {
  pthread_t t[3];
  done = chan_make(int);
  mutex_lock(&mu);
  for (int i = 0; i < 3; i++)
    if (pthread_create(&t[i], NULL, thread, NULL)) return 1;
  mutex_unlock(&mu);
  for (int i = 0; i < 3; i++) chan_recv(done, NULL);
  for (int i = 0; i < 3; i++) pthread_join(t[i], NULL);
  return 0;
}
