// SPDX-License-Identifier: Apache-2.0
// A goroutine writes and is gone; 1,000,000 stores to other memory later its write is still known.
// RACE: write A, write B
#include "litmus.h"

int x;
long other[1000000];

static void first(void) {
  x = 1;  // @A
  next();
}

int main(void) {
  go(first);
  turn(1);
  settle();
  for (int i = 0; i < 1000000; i++) other[i] = i;
  x = 2;  // @B
}
