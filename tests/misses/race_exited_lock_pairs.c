// SPDX-License-Identifier: Apache-2.0
// A goroutine writes and is gone; 150,000 lock pairs later its write is still known.
// clang 19's sanitizer says nothing from 15,000 on: the trace part that held the earlier stack is in use again.
// RACE: write A, write B
#include "litmus.h"

int x;
mutex mu;

static void first(void) {
  x = 1;  // @A
  next();
}

int main(void) {
  go(first);
  turn(1);
  settle();
  for (int i = 0; i < 150000; i++) {
    mutex_lock(&mu);
    mutex_unlock(&mu);
  }
  x = 2;  // @B
}
