// SPDX-License-Identifier: Apache-2.0
// An atomic access and a plain write of the same object are a race.
// RACE: atomic write A, write B
#define LITMUS_PTHREAD
#include "litmus.h"
#include <stdatomic.h>

int x;

static void *atomic(void *arg) {
  racer(0);
  __atomic_store_n(&x, 1, __ATOMIC_SEQ_CST);  // @A
  next();
  return arg;
}

int main(void) {
  spawn(atomic, NULL);
  racer(1);
  x = 2;  // @B
  next();
  turn(2);
}
