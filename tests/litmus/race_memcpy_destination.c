// SPDX-License-Identifier: Apache-2.0
// memcpy writes its destination.
// RACE: read A, write B
#define LITMUS_PTHREAD
#include "litmus.h"

char x[200], from[200];
size_t n = 150;

static void *thread(void *arg) {
  racer(0);
  use(x[0]);  // @A
  next();
  return arg;
}

int main(void) {
  spawn(thread, NULL);
  size_t len = n;
  racer(1);
  memcpy(x, from, len);  // @B
  next();
  turn(2);
}
