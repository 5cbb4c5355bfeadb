// SPDX-License-Identifier: Apache-2.0
// memcpy reads its source.
// RACE: write A, read B
#define LITMUS_PTHREAD
#include "litmus.h"

char x[200], copy[200];
size_t n = 150;

static void *thread(void *arg) {
  racer(0);
  x[149] = 1;  // @A
  next();
  return arg;
}

int main(void) {
  spawn(thread, NULL);
  size_t len = n;
  racer(1);
  memcpy(copy, x, len);  // @B
  next();
  turn(2);
}
