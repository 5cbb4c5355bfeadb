// SPDX-License-Identifier: Apache-2.0
// The only way to a waiting goroutine's channel is a thread-local variable of a thread of the program's own.
#include <crun/crun.h>
#include <crun/short.h>
#include <pthread.h>
#include <unistd.h>

static _Thread_local chan(int) mine;
static _Atomic int started;

static void serve(chan(int) in) {
  for_chan (int, v, in) (void)v;
}

__attribute__((noinline)) static void make(void) {
  mine = chan_make(int);
  go(serve, mine);
}

static void *thread(void *arg) {
  make();
  started = 1;
  for (;;) pause();
  return arg;
}

int main(void) {
  pthread_t t;
  if (pthread_create(&t, NULL, thread, NULL)) return 1;
  while (!started) go_yield();
  return 0;
}
