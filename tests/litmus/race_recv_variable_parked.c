// SPDX-License-Identifier: Apache-2.0
// The variable of a parked receiver is written by it, though the sender's thread does the copy.
// RACE: write A, read B
#include "litmus.h"

int x;

static void receiver(chan(int) c) {
  next();
  chan_recv(c, &x);  // @A
}

static void reader(void) {
  turn(2);
  use(x);  // @B
  next();
}

int main(void) {
  chan(int) c = chan_make(int, 0);
  go(receiver, c);
  go(reader);
  turn(1);
  settle();
  chan_send(c, 1);
  next();
  turn(3);
}
