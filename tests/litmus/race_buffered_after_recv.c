// SPDX-License-Identifier: Apache-2.0
// What the receiver does after the k'th receive is not covered by send k+C.
// RACE: write A, write B
#include "litmus.h"

int x;

static void receiver(chan(int) c) {
  int v;
  chan_recv(c, &v);
  racer(0);
  x = 1;  // @A
  next();
}

int main(void) {
  chan(int) c = chan_make(int, 1);
  go(receiver, c);
  chan_send(c, 1);
  chan_send(c, 2);
  racer(1);
  x = 2;  // @B
  next();
  turn(2);
}
