// SPDX-License-Identifier: Apache-2.0
// memmove reads one range and writes the other, overlapping or not.
// RACE: write A, read B
#define LITMUS_PTHREAD
#include "litmus.h"

char x[300];
size_t n = 200;

static void *thread(void *arg) {
  racer(0);
  x[209] = 1;  // @A
  next();
  return arg;
}

int main(void) {
  spawn(thread, NULL);
  size_t len = n;
  racer(1);
  memmove(x, x + 10, len);  // @B
  next();
  turn(2);
}
