// SPDX-License-Identifier: Apache-2.0
// What the creator does after `go` is not ordered with the goroutine.
// RACE: write A, read B
#include "litmus.h"

int x;

static void child(void) {
  racer(0);
  use(x);  // @B
  next();
}

int main(void) {
  go(child);
  racer(1);
  x = 1;  // @A
  next();
  turn(2);
}
