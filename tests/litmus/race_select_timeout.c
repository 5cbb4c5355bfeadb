// SPDX-License-Identifier: Apache-2.0
// A select that ends by its time orders nothing.
// RACE: write A, write B
#include "litmus.h"

int x;

static void late(chan(int) c) {
  racer(0);
  x = 1;  // @A
  next();
  turn(2);
  chan_try_send(c, 1);
  next();
}

int main(void) {
  chan(int) c = chan_make(int, 1), d = chan_make(int);
  go(late, c);
  select {
    on_recv(c, NULL) { exit(3); }
    on_recv(d, NULL) { exit(3); }
    cr_on_timeout(1000) {}
  }
  racer(1);
  x = 2;  // @B
  next();
  turn(3);
}
