// SPDX-License-Identifier: Apache-2.0
// What lies behind the end of the string is not read.
#define LITMUS_PTHREAD
#include "litmus.h"

char x[100] = "a string", y[100];

static void *thread(void *arg) {
  racer(0);
  x[9] = 1;
  y[9] = 1;
  next();
  return arg;
}

int main(void) {
  spawn(thread, NULL);
  racer(1);
  use(strlen(x));
  strcpy(y, x);
  next();
  turn(2);
}
