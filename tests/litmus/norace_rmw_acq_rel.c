// SPDX-License-Identifier: Apache-2.0
// Read-modify-writes with acq_rel order both ways: the second sees all of the first.
#define LITMUS_PTHREAD
#include "litmus.h"
#include <stdatomic.h>

int x;
_Atomic int count;

static void *adder(void *arg) {
  int *mine = arg;
  *mine = 1;
  if (atomic_fetch_add_explicit(&count, 1, memory_order_acq_rel) == 3) next();
  return arg;
}

int main(void) {
  static int parts[4];
  for (int i = 0; i < 4; i++) spawn(adder, &parts[i]);
  turn(1);
  if (atomic_fetch_add_explicit(&count, 1, memory_order_acq_rel) != 4) return 3;
  for (int i = 0; i < 4; i++) parts[i] = 2;
}
