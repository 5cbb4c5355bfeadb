// SPDX-License-Identifier: Apache-2.0
// A child process runs, and a goroutine waits for its end and tells.
#include <crun/crun.h>
#include <crun/short.h>

static void tells(cr_child child, chan(int) ended) {
  cr_child_wait(child, NULL);
  chan_send(ended, 1);
}

int main(void) {
  char *argv[] = {"sleep", "0.01", NULL};
  cr_child child;
  chan(int) ended = chan_make(int, 1);
  if (cr_child_start(&child, "sleep", argv, NULL)) return 1;
  go(tells, child, ended);
  chan_recv(ended, NULL);
  return 0;
}
