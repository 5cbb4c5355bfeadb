// SPDX-License-Identifier: Apache-2.0
// Of two bytes written at different times each is remembered on its own.
// RACE: write A, read C
// RACE: write B, read C
#define LITMUS_PTHREAD
#include "litmus.h"

union {
  int word;
  char bytes[4];
} u;

static void *first(void *arg) {
  racer(0);
  u.bytes[1] = 1;  // @A
  next();
  return arg;
}

static void *second(void *arg) {
  racer(1);
  u.bytes[2] = 1;  // @B
  next();
  return arg;
}

int main(void) {
  spawn(first, NULL);
  spawn(second, NULL);
  turn(2);
  use(u.word);  // @C
}
