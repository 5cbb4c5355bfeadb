// SPDX-License-Identifier: Apache-2.0
// Readers are not ordered with each other, even when one has left before the other comes.
// RACE: write A, read B
#include "litmus.h"

int x;

static void first(rwmutex *rw) {
  x = 1;  // @A
  rw_rlock(rw);
  rw_runlock(rw);
  next();
}

static void second(rwmutex *rw) {
  turn(1);
  rw_rlock(rw);
  use(x);  // @B
  rw_runlock(rw);
  next();
}

int main(void) {
  static rwmutex rw;
  go(first, &rw);
  go(second, &rw);
  turn(2);
}
