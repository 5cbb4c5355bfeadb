// SPDX-License-Identifier: Apache-2.0
// Two goroutines of which one begins.
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

static void left(chan(int) in, chan(int) out) {
  int v = 0;
  chan_send(out, v + 1);
  chan_recv(in, &v);
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
