// SPDX-License-Identifier: Apache-2.0
// A yield orders nothing, whoever runs meanwhile.
// RACE: write A, write B
#include "litmus.h"

int x;

static void other(void) {
  racer(0);
  go_yield();
  x = 1;  // @A
  go_yield();
  next();
}

int main(void) {
  go(other);
  racer(1);
  go_yield();
  x = 2;  // @B
  go_yield();
  next();
  turn(2);
}
