// SPDX-License-Identifier: Apache-2.0
// A thread of the program's own waits on a channel like everybody else: it wakes nobody.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: main(...)
#include <crun/crun.h>
#include <crun/short.h>
#include <pthread.h>

static chan(int) to_thread;
static chan(int) from_thread;

static void *thread(void *arg) {
  int v;
  chan_recv(to_thread, &v);
  chan_send(from_thread, v + 1);
  return arg;
}

int main(void) {
  pthread_t t;
  int v;
  to_thread = chan_make(int);
  from_thread = chan_make(int);
  if (pthread_create(&t, NULL, thread, NULL)) return 1;
  chan_recv(from_thread, &v);
  pthread_join(t, NULL);
  return v != 2;
}
