// SPDX-License-Identifier: Apache-2.0
// Everybody waits, and a thread of the program's own computes and then tells.
#include <crun/crun.h>
#include <crun/short.h>
#include <pthread.h>

static chan(int) out;

static void *thread(void *arg) {
  unsigned x = 1;
  for (volatile int i = 0; i < 30000000; i++) x = x * 3 + 1;
  chan_send(out, (int)(x | 1));
  return arg;
}

int main(void) {
  pthread_t t;
  int v;
  out = chan_make(int);
  if (pthread_create(&t, NULL, thread, NULL)) return 1;
  chan_recv(out, &v);
  pthread_join(t, NULL);
  return !(v & 1);
}
