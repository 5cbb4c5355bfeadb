// SPDX-License-Identifier: Apache-2.0
// A local variable whose address was given to a goroutine is as shared as a global.
// RACE: write A, write B
#include "litmus.h"

static void child(int *p) {
  racer(0);
  *p = 1;  // @A
  next();
}

int main(void) {
  int local = 0;
  go(child, &local);
  racer(1);
  local = 2;  // @B
  next();
  turn(2);
}
