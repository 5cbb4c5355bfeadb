// SPDX-License-Identifier: Apache-2.0
// A function that unlocks publishes the write before its call, not the one behind it.
// RACE: write A, read B
#include "litmus.h"

int x;
mutex m;

NOINLINE static void leave(mutex *l) { mutex_unlock(l); }

NOINLINE static void twice(int *p) {
  *p = 1;
  leave(&m);
  *p = 2;  // @A
}

static void writer(void) {
  mutex_lock(&m);
  twice(&x);
  next();
}

int main(void) {
  go(writer);
  turn(1);
  mutex_lock(&m);
  use(x);  // @B
  mutex_unlock(&m);
}
