// SPDX-License-Identifier: Apache-2.0
// A select that takes a receive has the edge of that receive, whether it found it ready or parked.
#include "litmus.h"

int x;

static void sender(chan(int) c) {
  x = 1;
  racer(0);
  next();
  chan_send(c, 1);
}

int main(void) {
  chan(int) a = chan_make(int, 0), b = chan_make(int, 1);
  int v;
  go(sender, a);
  racer(1);
  next();
  if (litmus_order() == 0) settle();
  select {
    on_recv (a, &v) { x = 2; }
    on_recv (b, &v) { exit(3); }
  }
}
