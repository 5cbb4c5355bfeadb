// SPDX-License-Identifier: Apache-2.0
// One side locks, the other does not.
// RACE: write A, read B
#include "litmus.h"

int x;

static void first(mutex *mu) {
  mutex_lock(mu);
  racer(0);
  x = 1;  // @A
  next();
  mutex_unlock(mu);
}

int main(void) {
  static mutex mu;
  go(first, &mu);
  racer(1);
  use(x);  // @B
  next();
  turn(2);
}
