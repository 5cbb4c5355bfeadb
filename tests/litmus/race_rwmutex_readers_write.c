// SPDX-License-Identifier: Apache-2.0
// A read lock does not make a write safe.
// RACE: write A, write B
#include "litmus.h"

int x;

static void first(rwmutex *rw) {
  rw_rlock(rw);
  racer(0);
  x = 1;  // @A
  next();
  rw_runlock(rw);
}

static void second(rwmutex *rw) {
  rw_rlock(rw);
  racer(1);
  x = 2;  // @B
  next();
  rw_runlock(rw);
}

int main(void) {
  static rwmutex rw;
  go(first, &rw);
  go(second, &rw);
  turn(2);
}
