// SPDX-License-Identifier: Apache-2.0
// A relaxed read-modify-write of another thread continues the release sequence.
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

static void *middle(void *arg) {
  turn(1);
  atomic_fetch_add_explicit(&flag, 1, memory_order_relaxed);
  next();
  return arg;
}

int main(void) {
  spawn(writer, NULL);
  spawn(middle, NULL);
  turn(2);
  if (atomic_load_explicit(&flag, memory_order_acquire) != 2) return 3;
  x = 2;
}
