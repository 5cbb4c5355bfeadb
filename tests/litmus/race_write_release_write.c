// SPDX-License-Identifier: Apache-2.0
// What is written again after a release is not what was released.
// RACE: write A, read B
#include "litmus.h"
#include <stdatomic.h>

int x;
_Atomic int flag;

static void writer(void) {
  x = 1;
  atomic_store_explicit(&flag, 1, memory_order_release);
  x = 2;  // @A
  next();
}

int main(void) {
  go(writer);
  turn(1);
  while (!atomic_load_explicit(&flag, memory_order_acquire)) litmus_yield();
  use(x);  // @B
}
