// SPDX-License-Identifier: Apache-2.0
// Two goroutines of one creator are not ordered with each other.
// RACE: write A, write B
#include "litmus.h"

int x;

static void first(void) {
  racer(0);
  x = 1;  // @A
  next();
}

static void second(void) {
  racer(1);
  x = 2;  // @B
  next();
}

int main(void) {
  go(first);
  go(second);
  turn(2);
}
