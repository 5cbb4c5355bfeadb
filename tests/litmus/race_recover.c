// SPDX-License-Identifier: Apache-2.0
// A recovered panic leaves the calling context whole: the frames it left are in no later stack.
// RACE: write A, write B
// STACK A: after, worker
// STACK B: main
#include "litmus.h"

int x;

static void use_nothing(int n) { use(n); }

static NOINLINE void sink(int n) {
  cr_defer(use_nothing, n);
  if (n == 0) cr_panic("deep");
  if (n > 0) sink(n - 1);
}

static NOINLINE void after(void) {
  racer(0);
  x = 1;  // @A
  next();
}

static void worker(void) {
  cr_try sink(5);
  after();
}

int main(void) {
  go(worker);
  racer(1);
  x = 2;  // @B
  next();
  turn(2);
}
