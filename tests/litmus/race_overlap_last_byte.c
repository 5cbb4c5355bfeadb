// SPDX-License-Identifier: Apache-2.0
// A word and its last byte overlap.
// RACE: write A, read B
#define LITMUS_PTHREAD
#include "litmus.h"

union {
  long word;
  char bytes[8];
} u;

static void *thread(void *arg) {
  racer(0);
  u.word = 1;  // @A
  next();
  return arg;
}

int main(void) {
  spawn(thread, NULL);
  racer(1);
  use(u.bytes[7]);  // @B
  next();
  turn(2);
}
