// SPDX-License-Identifier: Apache-2.0
// After a longjmp over frames the stack of an access is the one of the frame that was jumped to.
// RACE: write A, write B
// STACK A: after, child
#include "litmus.h"
#include <setjmp.h>

int x;

NOINLINE static void jump(jmp_buf env, int depth) {
  if (depth == 0) longjmp(env, 1);
  jump(env, depth - 1);
  use(depth);
}

NOINLINE static void after(void) {
  racer(0);
  x = 1;  // @A
  next();
}

static void child(void) {
  jmp_buf env;
  if (setjmp(env) == 0) jump(env, 20);
  after();
  use(0);
}

int main(void) {
  go(child);
  racer(1);
  x = 2;  // @B
  next();
  turn(2);
}
