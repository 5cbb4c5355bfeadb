// SPDX-License-Identifier: Apache-2.0
// Everybody waits, and a thread of the program's own is in a call of libc, from which it comes back and tells.
#include <crun/crun.h>
#include <crun/short.h>
#include <pthread.h>
#include <unistd.h>

static chan(int) out;
static int ends[2];

static void *reads(void *arg) {
  char b = 0;
  if (read(ends[0], &b, 1) == 1) chan_send(out, b);
  return arg;
}

static void *writes(void *arg) {
  usleep(30000);
  return write(ends[1], "x", 1) == 1 ? arg : NULL;
}

int main(void) {
  pthread_t t[2];
  int v;
  out = chan_make(int);
  if (pipe(ends)) return 1;
  if (pthread_create(&t[0], NULL, reads, NULL) || pthread_create(&t[1], NULL, writes, NULL)) return 1;
  chan_recv(out, &v);
  for (int i = 0; i < 2; i++) pthread_join(t[i], NULL);
  return v != 'x';
}
