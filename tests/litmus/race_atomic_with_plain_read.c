// SPDX-License-Identifier: Apache-2.0
// An atomic write and a plain read of the same object are a race.
// RACE: atomic write A, read B
#define LITMUS_PTHREAD
#include "litmus.h"
#include <stdatomic.h>

int x;

static void *atomic(void *arg) {
  racer(0);
  __atomic_fetch_add(&x, 1, __ATOMIC_RELAXED);  // @A
  next();
  return arg;
}

int main(void) {
  spawn(atomic, NULL);
  racer(1);
  use(x);  // @B
  next();
  turn(2);
}
