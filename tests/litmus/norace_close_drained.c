// SPDX-License-Identifier: Apache-2.0
// A receiver that drains a closed channel has both edges: of the values and of the close.
#include "litmus.h"

int x, y;

static void closer(chan(int) c) {
  x = 1;
  chan_send(c, 1);
  y = 1;
  chan_close(c);
}

int main(void) {
  chan(int) c = chan_make(int, 4);
  go(closer, c);
  int n = 0;
  for_chan (int, v, c) {
    n += v;
    x = 2;
  }
  y = n;
}
