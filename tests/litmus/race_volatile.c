// SPDX-License-Identifier: Apache-2.0
// volatile is no synchronisation.
// RACE: write A, read B
#define LITMUS_PTHREAD
#include "litmus.h"

volatile int x;

static void *writer(void *arg) {
  racer(0);
  x = 1;  // @A
  next();
  return arg;
}

int main(void) {
  spawn(writer, NULL);
  racer(1);
  use(x);  // @B
  next();
  turn(2);
}
