// SPDX-License-Identifier: Apache-2.0
// After the hand-over both sides are on their own again.
// RACE: write A, write B
#include "litmus.h"

int x;

static void sender(chan(int) c) {
  chan_send(c, 1);
  racer(0);
  x = 1;  // @A
  next();
}

int main(void) {
  chan(int) c = chan_make(int, 0);
  int v;
  go(sender, c);
  chan_recv(c, &v);
  racer(1);
  x = 2;  // @B
  next();
  turn(2);
}
