// SPDX-License-Identifier: Apache-2.0
// Time orders nothing.
// RACE: write A, write B
#include "litmus.h"

int x;

static void writer(void) {
  x = 1;  // @A
  next();
}

int main(void) {
  go(writer);
  turn(1);
  go_sleep(2 * CR_MILLISECOND);
  x = 2;  // @B
}
