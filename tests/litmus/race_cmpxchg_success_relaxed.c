// SPDX-License-Identifier: Apache-2.0
// A compare-exchange that succeeds relaxed orders nothing, whatever its failure order.
// RACE: write A, write B
#define LITMUS_PTHREAD
#include "litmus.h"
#include <stdatomic.h>

int x;
_Atomic int flag;

static void *writer(void *arg) {
  x = 1;  // @A
  atomic_store_explicit(&flag, 1, memory_order_release);
  next();
  return arg;
}

int main(void) {
  spawn(writer, NULL);
  turn(1);
  int one = 1;
  if (!atomic_compare_exchange_strong_explicit(&flag, &one, 2, memory_order_relaxed,
                                               memory_order_relaxed))
    return 3;
  x = 2;  // @B
}
