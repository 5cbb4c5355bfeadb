// SPDX-License-Identifier: Apache-2.0
// The edge goes through one atomic object, not through any.
// RACE: write A, write B
#define LITMUS_PTHREAD
#include "litmus.h"
#include <stdatomic.h>

int x;
_Atomic int flag[2];

static void *writer(void *arg) {
  x = 1;  // @A
  atomic_store(&flag[0], 1);
  next();
  return arg;
}

int main(void) {
  spawn(writer, NULL);
  turn(1);
  use(atomic_load(&flag[1]));
  x = 2;  // @B
}
