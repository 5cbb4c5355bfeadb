// SPDX-License-Identifier: Apache-2.0
// A child process runs, and nobody waits for its end: it can wake nobody.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: main(...)
#include <crun/crun.h>
#include <crun/short.h>
#include <signal.h>

static void tells(cr_child child, chan(int) ended) {
  chan_send(ended, child.pid > 0);
}

int main(void) {
  char *argv[] = {"sleep", "2", NULL};
  cr_child child;
  chan(int) ended = chan_make(int, 1);
  if (cr_child_start(&child, "sleep", argv, NULL)) return 1;
  go(tells, child, ended);
  chan_recv(ended, NULL);
  chan_recv(ended, NULL);
  cr_child_signal(child, SIGTERM);
  return 0;
}
