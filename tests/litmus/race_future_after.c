// SPDX-License-Identifier: Apache-2.0
// The caller of cr_async goes on unordered with its function until it awaits.
// RACE: write A, write B
#include "litmus.h"

int x;

static int *writes(int *p) {
  racer(0);
  *p = 1;  // @A
  next();
  return p;
}

int main(void) {
  cr_future *f = cr_async(writes, &x);
  racer(1);
  x = 2;  // @B
  next();
  turn(2);
  cr_await(f);
  cr_future_free(f);
}
