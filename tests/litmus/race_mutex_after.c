// SPDX-License-Identifier: Apache-2.0
// What follows the unlock is not protected.
// RACE: write A, write B
#include "litmus.h"

int x;

static void writer(mutex *mu) {
  mutex_lock(mu);
  mutex_unlock(mu);
  racer(0);
  x = 1;  // @A
  next();
}

int main(void) {
  static mutex mu;
  go(writer, &mu);
  mutex_lock(&mu);
  mutex_unlock(&mu);
  racer(1);
  x = 2;  // @B
  next();
  turn(2);
}
