// SPDX-License-Identifier: Apache-2.0
// What the sender did before an unbuffered send happens before the receive completes.
#include "litmus.h"

int x;

static void sender(chan(int) c) {
  x = 1;
  racer(0);
  next();
  chan_send(c, 1);
}

int main(void) {
  chan(int) c = chan_make(int, 0);
  int v;
  go(sender, c);
  racer(1);
  next();
  chan_recv(c, &v);
  x = 2;
}
