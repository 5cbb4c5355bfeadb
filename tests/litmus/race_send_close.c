// SPDX-License-Identifier: Apache-2.0
// A send and a close that nothing orders are a race on the channel: in the other order the send panics.
// RACE: read A, write B
#include "litmus.h"

static void sender(chan(int) c) {
  chan_send(c, 1);  // @A
  next();
}

int main(void) {
  chan(int) c = chan_make(int, 1);
  go(sender, c);
  turn(1);
  chan_close(c);  // @B
}
