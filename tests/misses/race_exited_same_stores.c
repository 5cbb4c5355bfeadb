// SPDX-License-Identifier: Apache-2.0
// The same with 1,000,000 stores to one word, each in an epoch of its own.
// RACE: write A, write B
#include "litmus.h"

int x;
volatile long other;
mutex mu;

static void first(void) {
  x = 1;  // @A
  next();
}

int main(void) {
  go(first);
  turn(1);
  settle();
  for (int i = 0; i < 1000000; i++) {
    mutex_lock(&mu);
    other = i;
    mutex_unlock(&mu);
  }
  x = 2;  // @B
}
