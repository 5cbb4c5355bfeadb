// SPDX-License-Identifier: Apache-2.0
// The only way to a waiting goroutine's channel is the stack of a thread of the program's own.
#include <crun/crun.h>
#include <crun/short.h>
#include <pthread.h>
#include <unistd.h>

static _Atomic int started, answer;

static void serve(chan(int) in) {
  for_chan (int, v, in) answer = v;
}

static void *thread(void *arg) {
  chan(int) c = chan_make(int);
  go(serve, c);
  started = 1;
  int fd = *(int *)arg;
  char b;
  if (read(fd, &b, 1) == 1) chan_send(c, b);
  return NULL;
}

int main(void) {
  static int ends[2];
  pthread_t t;
  if (pipe(ends) || pthread_create(&t, NULL, thread, &ends[0])) return 1;
  while (!started) go_yield();
  return 0;
}
