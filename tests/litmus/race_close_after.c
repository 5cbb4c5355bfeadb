// SPDX-License-Identifier: Apache-2.0
// What the closer does after the close is not covered by it.
// RACE: write A, write B
#include "litmus.h"

int x;

static void closer(chan(int) c) {
  chan_close(c);
  racer(0);
  x = 1;  // @A
  next();
}

int main(void) {
  chan(int) c = chan_make(int, 0);
  int v;
  go(closer, c);
  chan_recv(c, &v);
  racer(1);
  x = 2;  // @B
  next();
  turn(2);
}
