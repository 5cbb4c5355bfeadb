// SPDX-License-Identifier: Apache-2.0
// A thousand goroutines one after another, each joined: slots and stacks are reused without an alarm.
#include "litmus.h"

int x;

static void child(waitgroup *wg) {
  int local[32];
  for (int i = 0; i < 32; i++) local[i] = x;
  use(local);
  x++;
  wg_done(wg);
}

int main(void) {
  for (int i = 0; i < 1000; i++) {
    waitgroup wg = {0};
    wg_add(&wg, 1);
    go(child, &wg);
    wg_wait(&wg);
  }
  if (x != 1000) return 3;
}
