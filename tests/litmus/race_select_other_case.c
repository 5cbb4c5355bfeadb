// SPDX-License-Identifier: Apache-2.0
// A select has the edge of the case it took, and of no other that was ready or waiting.
// RACE: write A, write B
#include "litmus.h"

int x;

static void other(chan(int) c) {
  x = 1;  // @A
  next();
  chan_send(c, 1);
}

static void taken(chan(int) c) {
  turn(2);
  chan_send(c, 1);
}

int main(void) {
  chan(int) a = chan_make(int, 0), b = chan_make(int, 0);
  int v;
  go(other, a);
  go(taken, b);
  turn(1);
  settle();
  next();
  settle();
  select {
    on_recv (b, &v) { x = 2; }  // @B
  }
}
