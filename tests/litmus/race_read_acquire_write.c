// SPDX-License-Identifier: Apache-2.0
// An acquire between a read and a write orders the write alone.
// RACE-ALSO: write A, read B
// RACE-ALSO: write A, write C
#include "litmus.h"
#include <stdatomic.h>

int x;
_Atomic int flag;

static void writer(void) {
  racer(0);
  x = 1;  // @A
  atomic_store_explicit(&flag, 1, memory_order_release);
  next();
}

NOINLINE static int take(int *p) {
  int old = *p;  // @B
  atomic_load_explicit(&flag, memory_order_acquire);
  *p = 2;  // @C
  return old;
}

int main(void) {
  go(writer);
  racer(1);
  use(take(&x));
  next();
  turn(2);
}
