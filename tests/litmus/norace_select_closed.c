// SPDX-License-Identifier: Apache-2.0
// A select that takes a receive from a closed channel has the edge of the close.
#include "litmus.h"

int x;

static void closer(chan(int) c) {
  x = 1;
  racer(0);
  next();
  chan_close(c);
}

int main(void) {
  chan(int) a = chan_make(int, 0), b = chan_make(int, 0);
  int v;
  bool ok = true;
  go(closer, a);
  racer(1);
  next();
  select {
    on_recv_ok (a, &v, &ok) { x = 2; }
    on_recv (b, &v) { exit(3); }
  }
  if (ok) return 3;
}
