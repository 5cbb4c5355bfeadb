// SPDX-License-Identifier: Apache-2.0
// Goroutines wait and the program's last thread ends: that is a deadlock from then on.
// exit: 2
#include <crun/crun.h>
#include <crun/short.h>
#include <pthread.h>

static void *thread(void *arg) {
  go_sleep(20 * CR_MILLISECOND);
  return arg;
}

int main(void) {
  chan(int) c = chan_make(int);
  pthread_t t;
  int v;
  pthread_create(&t, NULL, thread, NULL);
  chan_recv(c, &v);
}
// | fatal error: all goroutines are asleep - deadlock!
// |
// | goroutine 1 [chan receive]:
// | cr_chan_recv_raw(...)
// | main(...)
// | 	thread_deadlock.c:18
// |
