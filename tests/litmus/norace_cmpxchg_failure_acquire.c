// SPDX-License-Identifier: Apache-2.0
// A compare-exchange that fails is a load with the failure order.
#define LITMUS_PTHREAD
#include "litmus.h"
#include <stdatomic.h>

int x;
_Atomic int flag;

static void *writer(void *arg) {
  x = 1;
  atomic_store_explicit(&flag, 1, memory_order_release);
  next();
  return arg;
}

int main(void) {
  spawn(writer, NULL);
  turn(1);
  int other = 7;
  if (atomic_compare_exchange_strong_explicit(&flag, &other, 2, memory_order_acq_rel,
                                              memory_order_acquire))
    return 3;
  x = 2;
}
