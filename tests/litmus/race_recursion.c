// SPDX-License-Identifier: Apache-2.0
// A race deep within recursion is found, and named at its line.
// RACE: write A, read B
#include "litmus.h"

int x;

NOINLINE static int deep(int n) {
  if (n == 0) {
    racer(0);
    x = 1;  // @A
    next();
    return 0;
  }
  int below = deep(n - 1);
  use(below);
  return below + 1;
}

static void child(void) { use(deep(500)); }

int main(void) {
  go(child);
  racer(1);
  use(x);  // @B
  next();
  turn(2);
}
