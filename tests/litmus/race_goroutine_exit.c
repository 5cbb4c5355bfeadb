// SPDX-License-Identifier: Apache-2.0
// The end of a goroutine orders nothing: who only knows that it is gone races with it.
// RACE: write A, write B
#include "litmus.h"

int x;

static void child(void) {
  x = 1;  // @A
  next();
}

int main(void) {
  go(child);
  turn(1);
  settle();
  x = 2;  // @B
}
