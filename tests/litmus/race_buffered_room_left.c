// SPDX-License-Identifier: Apache-2.0
// With two slots the second send does not wait for the first receive.
// RACE: write A, write B
#include "litmus.h"

int x;

static void receiver(chan(int) c) {
  int v;
  racer(0);
  x = 1;  // @A
  chan_recv(c, &v);
  next();
}

int main(void) {
  chan(int) c = chan_make(int, 2);
  chan_send(c, 1);
  go(receiver, c);
  racer(1);
  chan_send(c, 2);
  x = 2;  // @B
  next();
  turn(2);
}
