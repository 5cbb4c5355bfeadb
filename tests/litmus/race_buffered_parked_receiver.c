// SPDX-License-Identifier: Apache-2.0
// A buffered send to a parked receiver gives it no edge back, though it hands the value over at once.
// RACE: write A, write B
#include "litmus.h"

int x;

static void receiver(chan(int) c) {
  int v;
  x = 1;  // @A
  next();
  chan_recv(c, &v);
  next();
}

int main(void) {
  chan(int) c = chan_make(int, 1);
  go(receiver, c);
  turn(1);
  settle();
  chan_send(c, 1);
  x = 2;  // @B
  turn(2);
}
