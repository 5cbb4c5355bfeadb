// SPDX-License-Identifier: Apache-2.0
// The k'th send of a buffered channel happens before the k'th receive completes.
#include "litmus.h"

int x;

static void sender(chan(int) c) {
  x = 1;
  chan_send(c, 1);
  next();
}

int main(void) {
  chan(int) c = chan_make(int, 1);
  int v;
  go(sender, c);
  if (litmus_order()) turn(1);
  chan_recv(c, &v);
  x = 2;
  turn(1);
}
