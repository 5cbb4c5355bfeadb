// SPDX-License-Identifier: Apache-2.0
// An atomic read and a plain read are two reads.
#define LITMUS_PTHREAD
#include "litmus.h"

int x = 1;

static void *atomic(void *arg) {
  racer(0);
  use(__atomic_load_n(&x, __ATOMIC_RELAXED));
  next();
  return arg;
}

int main(void) {
  spawn(atomic, NULL);
  racer(1);
  use(x);
  next();
  turn(2);
}
