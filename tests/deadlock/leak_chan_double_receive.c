// SPDX-License-Identifier: Apache-2.0
// One "done" is sent, and two goroutines of the request wait for it.
// exit: 67
// finding: leak unreachable: after_request
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

static void after_request(chan(int) done, int *did) {
  chan_recv(done, NULL);
  *did = 1;
}

static void request(int *flushed, int *logged) {
  chan(int) done = chan_make(int);
  go(after_request, done, flushed);
  go(after_request, done, logged);
  chan_send(done, 1);
}

int main(void) {
  static int flushed, logged;
  request(&flushed, &logged);
  quiet();
  return 0;
}
