// SPDX-License-Identifier: Apache-2.0
// A select that sends on an unbuffered channel has the edge back from the receiver.
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
  chan(int) a = chan_make(int, 0), b = chan_make(int, 0);
  int v;
  go(receiver, a);
  racer(1);
  next();
  if (litmus_order() == 0) settle();
  select {
    on_send (a, 1) { x = 2; }
    on_recv (b, &v) { exit(3); }
  }
}
