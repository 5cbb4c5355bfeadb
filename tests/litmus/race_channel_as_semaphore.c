// SPDX-License-Identifier: Apache-2.0
// A channel of capacity two lets two in at a time, so it protects nothing.
// RACE: write A, write B
#include "litmus.h"

int x;

static void first(chan(int) sem) {
  chan_send(sem, 1);
  racer(0);
  x = 1;  // @A
  next();
}

static void second(chan(int) sem) {
  chan_send(sem, 1);
  racer(1);
  x = 2;  // @B
  next();
}

int main(void) {
  chan(int) sem = chan_make(int, 2);
  go(first, sem);
  go(second, sem);
  turn(2);
}
