// SPDX-License-Identifier: Apache-2.0
// To free a block is to write all of it: it races with an access that nothing orders before it.
// RACE: write A, free B
#define LITMUS_PTHREAD
#include "litmus.h"

static void *thread(void *arg) {
  long *p = arg;
  p[3] = 1;  // @A
  next();
  return arg;
}

int main(void) {
  long *p = calloc(8, sizeof *p);
  spawn(thread, p);
  turn(1);
  free(p);  // @B
}
