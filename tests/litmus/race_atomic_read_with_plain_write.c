// SPDX-License-Identifier: Apache-2.0
// An atomic read and a plain write of the same object are a race.
// RACE: atomic read A, write B
#define LITMUS_PTHREAD
#include "litmus.h"
#include <stdatomic.h>

int x;

static void *atomic(void *arg) {
  racer(0);
  use(__atomic_load_n(&x, __ATOMIC_ACQUIRE));  // @A
  next();
  return arg;
}

int main(void) {
  spawn(atomic, NULL);
  racer(1);
  x = 1;  // @B
  next();
  turn(2);
}
