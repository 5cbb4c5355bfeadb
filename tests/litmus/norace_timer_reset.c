// SPDX-License-Identifier: Apache-2.0
// A reset happens before the receive of the new moment, by whoever parked long before.
#include "litmus.h"

int x;

static void resets(cr_timer *t) {
  settle();
  x = 1;
  cr_timer_reset(t, 1000);
}

int main(void) {
  cr_timer *t = cr_timer_new(CR_HOUR);
  go(resets, t);
  chan_recv(cr_timer_chan(t), NULL);
  x = 2;
  cr_timer_free(t);
}
