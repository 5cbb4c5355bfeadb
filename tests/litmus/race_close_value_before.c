// SPDX-License-Identifier: Apache-2.0
// The value that was buffered before the close brings the edge of its send alone.
// RACE: write A, write B
#include "litmus.h"

int x;

static void closer(chan(int) c) {
  chan_send(c, 1);
  racer(0);
  x = 1;  // @A
  chan_close(c);
  next();
}

int main(void) {
  chan(int) c = chan_make(int, 1);
  int v;
  go(closer, c);
  chan_recv(c, &v);
  racer(1);
  x = 2;  // @B
  next();
  turn(2);
}
