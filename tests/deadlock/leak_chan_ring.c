// SPDX-License-Identifier: Apache-2.0
// Two goroutines wait for each other on channels of their own: each keeps the other's alive, and nobody else does.
// exit: 67
// finding: leak unreachable: left
// finding: leak unreachable: right
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

static void left(chan(int) in, chan(int) out) {
  int v = 0;
  chan_recv(in, &v);
  chan_send(out, v + 1);
}

static void right(chan(int) in, chan(int) out) {
  int v = 0;
  chan_recv(in, &v);
  chan_send(out, v + 1);
}

static void start(void) {
  chan(int) a = chan_make(int), b = chan_make(int);
  go(left, a, b);
  go(right, b, a);
}

int main(void) {
  start();
  quiet();
  return 0;
}
