// SPDX-License-Identifier: Apache-2.0
// memcmp reads both sides.
// RACE: write A, read B
#define LITMUS_PTHREAD
#include "litmus.h"

char x[300], y[300];
size_t n = 200;

static void *thread(void *arg) {
  racer(0);
  x[3] = 1;  // @A
  next();
  return arg;
}

int main(void) {
  spawn(thread, NULL);
  size_t len = n;
  racer(1);
  use(memcmp(y, x, len));  // @B
  next();
  turn(2);
}
