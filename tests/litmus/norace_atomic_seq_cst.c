// SPDX-License-Identifier: Apache-2.0
// Sequentially consistent operations are at least release and acquire.
#define LITMUS_PTHREAD
#include "litmus.h"
#include <stdatomic.h>

int x;
_Atomic long flag;

static void *writer(void *arg) {
  x = 1;
  flag = 1;
  return arg;
}

int main(void) {
  spawn(writer, NULL);
  while (!flag) sched_yield();
  x = 2;
}
