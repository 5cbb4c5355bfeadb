// SPDX-License-Identifier: Apache-2.0
// The operations that a select of an array did not do order nothing.
// RACE: write A, write B
#include "litmus.h"

int x;

static void sends(chan(int) c, chan(int) d) {
  chan_send(c, 1);
  racer(0);
  x = 1;  // @A
  next();
  chan_send(d, 1);
}

int main(void) {
  chan(int) c = chan_make(int, 1), d = chan_make(int, 1);
  int v;
  go(sends, c, d);
  cr_select_case cases[] = {cr_case_recv(d, &v), cr_case_recv(c, &v)};
  settle();
  if (litmus_order()) cr_select_cases(cases + 1, 1, CR_FOREVER);
  racer(1);
  if (!litmus_order()) cr_select_cases(cases + 1, 1, CR_FOREVER);
  x = 2;  // @B
  next();
  turn(2);
}
