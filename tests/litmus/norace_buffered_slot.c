// SPDX-License-Identifier: Apache-2.0
// The k'th receive happens before send k+C completes: one slot, second send.
#include "litmus.h"

int x;

static void receiver(chan(int) c) {
  int v;
  turn(1);
  if (litmus_order()) settle();
  x = 1;
  chan_recv(c, &v);
}

int main(void) {
  chan(int) c = chan_make(int, 1);
  go(receiver, c);
  chan_send(c, 1);
  next();
  chan_send(c, 2);
  x = 2;
}
