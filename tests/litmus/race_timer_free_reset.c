// SPDX-License-Identifier: Apache-2.0
// A timer is given back while another goroutine may still reset it.
// RACE: write A, write B
#include "litmus.h"

static void resets(cr_timer *t) {
  cr_timer_reset(t, CR_HOUR);  // @A
  next();
}

int main(void) {
  cr_timer *t = cr_timer_new(CR_HOUR);
  go(resets, t);
  turn(1);
  cr_timer_free(t);  // @B
}
