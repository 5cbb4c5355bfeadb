// SPDX-License-Identifier: Apache-2.0
// Many longjmps over frames, with a lock held correctly around each.
#include "litmus.h"
#include <setjmp.h>

int x;
mutex mu;

NOINLINE static void jump(jmp_buf env) {
  x++;
  longjmp(env, 1);
}

static void child(waitgroup *wg) {
  for (volatile int i = 0; i < 200; i++) {
    jmp_buf env;
    mutex_lock(&mu);
    if (setjmp(env) == 0) jump(env);
    mutex_unlock(&mu);
  }
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 2);
  go(child, &wg);
  go(child, &wg);
  wg_wait(&wg);
  if (x != 400) return 3;
}
