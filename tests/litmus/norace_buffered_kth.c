// SPDX-License-Identifier: Apache-2.0
// The same with three slots: the fourth send waits for the first receive.
#include "litmus.h"

int x;

static void receiver(chan(int) c) {
  int v;
  turn(1);
  x = 1;
  chan_recv(c, &v);
}

int main(void) {
  chan(int) c = chan_make(int, 3);
  go(receiver, c);
  for (int i = 0; i < 3; i++) chan_send(c, i);
  next();
  chan_send(c, 3);
  x = 2;
}
