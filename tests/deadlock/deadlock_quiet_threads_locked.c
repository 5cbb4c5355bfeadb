// SPDX-License-Identifier: Apache-2.0
// Three threads of the program's own wait for a mutex whose owner, a goroutine, waits for one of them.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: main(...)
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
  for (int i = 0; i < 3; i++) chan_recv(done, NULL);
  mutex_unlock(&mu);
  for (int i = 0; i < 3; i++) pthread_join(t[i], NULL);
  return 0;
}
