// SPDX-License-Identifier: Apache-2.0
// memset writes its range.
// RACE: read A, write B
#define LITMUS_PTHREAD
#include "litmus.h"

char x[300];
size_t n = 200;

static void *thread(void *arg) {
  racer(0);
  use(x[199]);  // @A
  next();
  return arg;
}

int main(void) {
  spawn(thread, NULL);
  size_t len = n;
  racer(1);
  memset(x, 1, len);  // @B
  next();
  turn(2);
}
