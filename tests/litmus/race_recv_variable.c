// SPDX-License-Identifier: Apache-2.0
// A receive writes the variable it is given.
// RACE: write A, read B
#include "litmus.h"

int x;

static void receiver(chan(int) c) {
  racer(0);
  chan_recv(c, &x);  // @A
  next();
}

int main(void) {
  chan(int) c = chan_make(int, 1);
  chan_send(c, 1);
  go(receiver, c);
  racer(1);
  use(x);  // @B
  next();
  turn(2);
}
