// SPDX-License-Identifier: Apache-2.0
// The default of a select orders nothing.
// RACE: write A, write B
#include "litmus.h"

int x;

static void other(chan(int) c) {
  racer(0);
  select {
    on_send (c, 1) { exit(3); }
    on_default { x = 1; }  // @A
  }
  next();
}

int main(void) {
  chan(int) c = chan_make(int, 1);
  chan_send(c, 0);
  go(other, c);
  racer(1);
  select {
    on_send (c, 1) { exit(3); }
    on_default { x = 2; }  // @B
  }
  next();
  turn(2);
}
