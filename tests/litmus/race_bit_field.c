// SPDX-License-Identifier: Apache-2.0
// Bit-fields that share a byte are one object: to write one is to read and write both.
// RACE-ALSO: read A, write B
// RACE-ALSO: write A, read B
// RACE-ALSO: write A, write B
#define LITMUS_PTHREAD
#include "litmus.h"

struct bits {
  volatile unsigned a : 3, b : 5;
} s;

static void *thread(void *arg) {
  racer(0);
  s.a = 1;  // @A
  next();
  return arg;
}

int main(void) {
  spawn(thread, NULL);
  racer(1);
  s.b = 2;  // @B
  next();
  turn(2);
}
