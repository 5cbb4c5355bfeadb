// SPDX-License-Identifier: Apache-2.0
// Making a timer happens before the receive of its moment.
#include "litmus.h"

int x;
void *place;

static void starts(void) {
  x = 1;
  litmus_set(&place, cr_timer_new(0));
  next();
}

int main(void) {
  go(starts);
  turn(1);
  cr_timer *t = litmus_get(&place);
  chan_recv(cr_timer_chan(t), NULL);
  x = 2;
  cr_timer_free(t);
}
