// SPDX-License-Identifier: Apache-2.0
// A thread of the program's own waits for what a sleeping goroutine sends.
#include <crun/crun.h>
#include <crun/short.h>
#include <pthread.h>

static chan(int) c;
static _Atomic int sum;

static void *thread(void *arg) {
  for_chan (int, v, c) sum += v;
  return arg;
}

static void sender(void) {
  for (int i = 0; i < 3; i++) {
    go_sleep(CR_MILLISECOND);
    chan_send(c, i);
  }
  chan_close(c);
}

int main(void) {
  pthread_t t;
  c = chan_make(int);
  if (pthread_create(&t, NULL, thread, NULL)) return 1;
  go(sender);
  pthread_join(t, NULL);
  return sum != 3;
}
