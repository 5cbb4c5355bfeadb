// SPDX-License-Identifier: Apache-2.0
// Two threads write one heap block.
// RACE: write A, write B
#define LITMUS_PTHREAD
#include "litmus.h"

static void *thread(void *arg) {
  long *p = arg;
  racer(0);
  p[3] = 1;  // @A
  next();
  return arg;
}

int main(void) {
  long *p = calloc(8, sizeof *p);
  spawn(thread, p);
  racer(1);
  p[3] = 2;  // @B
  next();
  turn(2);
}
