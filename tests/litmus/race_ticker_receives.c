// SPDX-License-Identifier: Apache-2.0
// Two receives of one ticker are not ordered with each other.
// RACE: write A, write B
#include "litmus.h"

int x;

static void takes(cr_ticker *t) {
  racer(0);
  chan_recv(cr_ticker_chan(t), NULL);
  x = 1;  // @A
  chan_recv(cr_ticker_chan(t), NULL);
  next();
}

int main(void) {
  cr_ticker *t = cr_ticker_new(1000);
  go(takes, t);
  racer(1);
  chan_recv(cr_ticker_chan(t), NULL);
  x = 2;  // @B
  chan_recv(cr_ticker_chan(t), NULL);
  next();
  turn(2);
  cr_ticker_free(t);
}
