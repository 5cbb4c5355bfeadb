// SPDX-License-Identifier: Apache-2.0
// x++ on both sides: whoever is second meets the other's write, or before it its read.
// RACE-ALSO: write A, read B
// RACE-ALSO: read A, write B
// RACE-ALSO: write A, write B
#define LITMUS_PTHREAD
#include "litmus.h"

int x;

static void *thread(void *arg) {
  racer(0);
  x++;  // @A
  next();
  return arg;
}

int main(void) {
  spawn(thread, NULL);
  racer(1);
  x++;  // @B
  next();
  turn(2);
}
