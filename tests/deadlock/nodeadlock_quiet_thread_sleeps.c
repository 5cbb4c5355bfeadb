// SPDX-License-Identifier: Apache-2.0
// A thread of the program's own waits on a channel with a time limit, and tells when it is over.
#include <crun/crun.h>
#include <crun/short.h>
#include <pthread.h>

static chan(int) never, out;

static void *thread(void *arg) {
  chan_recv_timeout(never, NULL, 20 * CR_MILLISECOND);
  chan_send(out, 1);
  return arg;
}

int main(void) {
  pthread_t t;
  never = chan_make(int);
  out = chan_make(int);
  if (pthread_create(&t, NULL, thread, NULL)) return 1;
  chan_recv(out, NULL);
  pthread_join(t, NULL);
  return 0;
}
