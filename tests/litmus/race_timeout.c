// SPDX-License-Identifier: Apache-2.0
// A receive whose time has passed orders nothing, though others wait on the same channel.
// RACE: write A, write B
#include "litmus.h"

int x;

static void sends(chan(int) c) {
  racer(0);
  x = 1;  // @A
  next();
  cr_chan_recv_timeout(c, NULL, 1000);
}

int main(void) {
  chan(int) c = chan_make(int);
  go(sends, c);
  cr_chan_recv_timeout(c, NULL, 1000);
  racer(1);
  x = 2;  // @B
  next();
  turn(2);
}
