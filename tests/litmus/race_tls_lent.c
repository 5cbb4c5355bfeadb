// SPDX-License-Identifier: Apache-2.0
// A thread-local variable whose address was given away is shared.
// RACE: write A, write B
#define LITMUS_PTHREAD
#include "litmus.h"

_Thread_local int mine;

static void *thread(void *arg) {
  racer(0);
  *(int *)arg = 1;  // @A
  next();
  return arg;
}

int main(void) {
  spawn(thread, &mine);
  racer(1);
  mine = 2;  // @B
  next();
  turn(2);
}
