// SPDX-License-Identifier: Apache-2.0
// A thread of the program's own takes a while and then sends on the channel that everybody waits for.
#include <crun/crun.h>
#include <crun/short.h>
#include <pthread.h>
#include <unistd.h>

static chan(int) c;

static void *thread(void *arg) {
  for (int i = 0; i < 3; i++) {
    usleep(1000);  // what it does takes time
    chan_send(c, i);
  }
  chan_close(c);
  return arg;
}

int main(void) {
  pthread_t t;
  int sum = 0;
  c = chan_make(int);
  if (pthread_create(&t, NULL, thread, NULL)) return 1;
  for_chan (int, v, c) sum += v;
  pthread_join(t, NULL);
  return sum != 3;
}
