// SPDX-License-Identifier: Apache-2.0
// SIGQUIT on a thread that has nothing to do with crun, while every goroutine waits.
// exit: 2
#include <crun/crun.h>
#include <crun/short.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>

static void *thread(void *arg) {
  struct cr_stats s;
  do {
    sched_yield();
    cr_read_stats(&s);
  } while (s.threads_idle + 1 < s.threads);  // all but sysmon sleep
  raise(SIGQUIT);
  return arg;
}

static void waits(chan(int) c) {
  int v;
  chan_recv(c, &v);
}

int main(void) {
  chan(int) c = chan_make(int);
  pthread_t t;
  go(waits, c);
  go_yield();
  pthread_create(&t, NULL, thread, NULL);
  waits(c);
}
// | SIGQUIT: quit
// | PC=0xN m=-1 sigcode=-6
// |
// | goroutine 1 [chan receive]:
// | cr_chan_recv_raw(...)
// | waits(...)
// | 	quit_idle.c:22
// | main(...)
// | 	quit_idle.c:31
// |
// | goroutine 2 [chan receive]:
// | cr_chan_recv_raw(...)
// | waits(...)
// | 	quit_idle.c:22
// | created by main in goroutine 1
// | 	quit_idle.c:28
// |
