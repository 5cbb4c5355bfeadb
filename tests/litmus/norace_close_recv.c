// SPDX-License-Identifier: Apache-2.0
// A close happens before a receive that returns because of it.
#include "litmus.h"

int x;

static void closer(chan(int) c) {
  x = 1;
  racer(0);
  next();
  chan_close(c);
}

int main(void) {
  chan(int) c = chan_make(int, 0);
  int v;
  go(closer, c);
  racer(1);
  next();
  if (chan_recv(c, &v)) return 3;
  x = 2;
}
