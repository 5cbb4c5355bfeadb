// SPDX-License-Identifier: Apache-2.0
// What is deferred runs in the goroutine that deferred it, at a panic as at the end of the scope.
// RACE: write A, write B
// STACK A: touch, fails, worker
#include "litmus.h"

int x;

static NOINLINE void touch(int *p) {
  racer(0);
  *p = 1;  // @A
  next();
}

static NOINLINE void fails(void) {
  cr_defer(touch, &x);
  cr_panic("x");
}

static void worker(void) {
  cr_try fails();
}

int main(void) {
  go(worker);
  racer(1);
  x = 2;  // @B
  next();
  turn(2);
}
