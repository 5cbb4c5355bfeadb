// SPDX-License-Identifier: Apache-2.0
// To free a channel is to write it: a send that nothing orders before the free is a race.
// RACE: read A, write B
#include "litmus.h"

static void user(chan(int) c) {
  chan_send(c, 1);  // @A
  next();
}

int main(void) {
  chan(int) c = chan_make(int, 1);
  go(user, c);
  turn(1);
  chan_free(c);  // @B
}
