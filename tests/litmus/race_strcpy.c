// SPDX-License-Identifier: Apache-2.0
// strcpy writes as many bytes as the string has, with its end.
// RACE: read A, write B
#define LITMUS_PTHREAD
#include "litmus.h"

char x[100], from[100] = "a string";

static void *thread(void *arg) {
  racer(0);
  use(x[8]);  // @A
  next();
  return arg;
}

int main(void) {
  spawn(thread, NULL);
  racer(1);
  strcpy(x, from);  // @B
  next();
  turn(2);
}
