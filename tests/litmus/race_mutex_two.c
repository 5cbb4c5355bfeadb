// SPDX-License-Identifier: Apache-2.0
// Two mutexes do not protect one variable.
// RACE: write A, write B
#include "litmus.h"

int x;
mutex mu[2];

static void first(void) {
  mutex_lock(&mu[0]);
  racer(0);
  x = 1;  // @A
  next();
  mutex_unlock(&mu[0]);
}

static void second(void) {
  mutex_lock(&mu[1]);
  racer(1);
  x = 2;  // @B
  next();
  mutex_unlock(&mu[1]);
}

int main(void) {
  go(first);
  go(second);
  turn(2);
}
