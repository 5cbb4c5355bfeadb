// SPDX-License-Identifier: Apache-2.0
// A compare-exchange that fails is no release, whatever its success order.
// RACE: write A, write B
#define LITMUS_PTHREAD
#include "litmus.h"
#include <stdatomic.h>

int x;
_Atomic int flag;

static void *writer(void *arg) {
  x = 1;  // @A
  int other = 7;
  if (atomic_compare_exchange_strong(&flag, &other, 2)) abort();
  next();
  return arg;
}

int main(void) {
  spawn(writer, NULL);
  turn(1);
  use(atomic_load(&flag));
  x = 2;  // @B
}
