// SPDX-License-Identifier: Apache-2.0
// A release store of another thread starts a sequence of its own: the earlier release is not part of it.
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

static void *other(void *arg) {
  turn(1);
  atomic_store_explicit(&flag, 2, memory_order_release);
  next();
  return arg;
}

int main(void) {
  spawn(writer, NULL);
  spawn(other, NULL);
  turn(2);
  if (atomic_load_explicit(&flag, memory_order_acquire) != 2) return 3;
  x = 2;  // @B
}
