// SPDX-License-Identifier: Apache-2.0
// C11 atomics order goroutines as they order threads.
#include "litmus.h"
#include <stdatomic.h>

int x;
_Atomic int flag;

static void writer(void) {
  x = 1;
  atomic_store_explicit(&flag, 1, memory_order_release);
}

int main(void) {
  go(writer);
  while (!atomic_load_explicit(&flag, memory_order_acquire)) go_yield();
  x = 2;
}
