// SPDX-License-Identifier: Apache-2.0
// strlen reads up to and with the end of the string.
// RACE: write A, read B
#define LITMUS_PTHREAD
#include "litmus.h"

char x[100] = "a string";

static void *thread(void *arg) {
  racer(0);
  x[8] = 0;  // @A
  next();
  return arg;
}

int main(void) {
  spawn(thread, NULL);
  racer(1);
  use(strlen(x));  // @B
  next();
  turn(2);
}
