// SPDX-License-Identifier: Apache-2.0
// What is done after a reset is not ordered with the receive of the moment.
// RACE: write A, write B
#include "litmus.h"

int x;

static void resets(cr_timer *t) {
  cr_timer_reset(t, 0);
  racer(0);
  x = 1;  // @A
  next();
}

int main(void) {
  cr_timer *t = cr_timer_new(CR_HOUR);
  go(resets, t);
  chan_recv(cr_timer_chan(t), NULL);
  racer(1);
  x = 2;  // @B
  next();
  turn(2);
  cr_timer_free(t);
}
