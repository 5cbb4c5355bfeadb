// SPDX-License-Identifier: Apache-2.0
// A trylock that fails orders nothing.
// RACE: write A, write B
#include "litmus.h"

int x;

static void writer(mutex *mu) {
  x = 1;  // @A
  mutex_lock(mu);
  next();
  turn(2);
  mutex_unlock(mu);
}

int main(void) {
  static mutex mu;
  go(writer, &mu);
  turn(1);
  if (mutex_trylock(&mu)) return 3;
  x = 2;  // @B
  next();
}
