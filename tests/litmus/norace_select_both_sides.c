// SPDX-License-Identifier: Apache-2.0
// Two selects that meet, one sending and one receiving, are ordered both ways.
#include "litmus.h"

int x, y;

static void sender(chan(int) c, chan(int) never) {
  int v;
  x = 1;
  select {
    on_send (c, 1) { y = 2; }
    on_recv (never, &v) { exit(3); }
  }
  next();
}

int main(void) {
  chan(int) c = chan_make(int, 0), never = chan_make(int, 0);
  int v;
  y = 1;
  go(sender, c, never);
  y = 3 - 2;
  if (litmus_order()) settle();
  select {
    on_recv (c, &v) { x = 2; }
    on_recv (never, &v) { exit(3); }
  }
  turn(1);
}
