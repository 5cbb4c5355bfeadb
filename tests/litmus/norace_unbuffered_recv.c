// SPDX-License-Identifier: Apache-2.0
// What the receiver did before an unbuffered receive happens before the send completes.
#include "litmus.h"

int x;

static void receiver(chan(int) c) {
  int v;
  x = 1;
  racer(0);
  next();
  chan_recv(c, &v);
}

int main(void) {
  chan(int) c = chan_make(int, 0);
  go(receiver, c);
  racer(1);
  next();
  chan_send(c, 1);
  x = 2;
}
