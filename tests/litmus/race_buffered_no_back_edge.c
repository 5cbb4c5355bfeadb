// SPDX-License-Identifier: Apache-2.0
// A send that finds room waits for no receive: there is no edge from receiver to sender.
// RACE: write A, write B
#include "litmus.h"

int x;

static void receiver(chan(int) c) {
  int v;
  racer(0);
  x = 1;  // @A
  chan_recv(c, &v);
  next();
}

int main(void) {
  chan(int) c = chan_make(int, 1);
  chan_send(c, 1);
  go(receiver, c);
  racer(1);
  x = 2;  // @B
  next();
  turn(2);
}
