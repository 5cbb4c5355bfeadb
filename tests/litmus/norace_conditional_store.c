// SPDX-License-Identifier: Apache-2.0
// A store behind a condition stays behind it: no write of an unchanged value is made up.
#define LITMUS_PTHREAD
#include "litmus.h"

int x;

NOINLINE static void store_if(int mine) {
  if (mine) x = 1;
}

static void *thread(void *arg) {
  racer(0);
  store_if(1);
  next();
  return arg;
}

int main(void) {
  spawn(thread, NULL);
  racer(1);
  store_if(0);
  next();
  turn(2);
}
