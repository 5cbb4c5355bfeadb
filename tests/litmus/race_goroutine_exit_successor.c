// SPDX-License-Identifier: Apache-2.0
// A goroutine that takes over the stack and the slot of one that has ended inherits nothing from it.
// RACE: write A, read B
#include "litmus.h"

int x;

static void first(void) {
  x = 1;  // @A
  next();
}

static void second(void) {
  use(x);  // @B
  next();
}

int main(void) {
  go(first);
  turn(1);
  settle();
  go(second);
  turn(2);
}
