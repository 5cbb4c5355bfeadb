// SPDX-License-Identifier: Apache-2.0
// What the creator did before `go` happens before all that the goroutine does.
#include "litmus.h"

int x;

static void child(void) {
  use(x);
  x = 2;
  next();
}

int main(void) {
  x = 1;
  go(child);
  turn(1);
}
