// SPDX-License-Identifier: Apache-2.0
// A goroutine waits on a channel that only the stack of another, sleeping one knows.
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

static void waits(chan(int) in) { chan_recv(in, NULL); }

static void sleeper(chan(char) began) {
  chan(int) c = chan_make(int);
  go(waits, c);
  chan_close(began);
  go_sleep(CR_HOUR);
  chan_send(c, 1);
}

int main(void) {
  chan(char) began = chan_make(char);
  go(sleeper, began);
  chan_recv(began, NULL);
  quiet();
  return 0;
}
