// SPDX-License-Identifier: Apache-2.0
// A hundred requests leave nothing.
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

static void audit(chan(int) log) {
  for_chan (int, line, log) (void)line;
}

static void request(int n) {
  chan(int) log = chan_make(int, 2);
  go(audit, log);
  chan_send(log, n);
  chan_close(log);
}

int main(void) {
  for (int n = 0; n < 100; n++) request(n);
  quiet();
  return 0;
}
