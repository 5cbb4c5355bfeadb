// SPDX-License-Identifier: Apache-2.0
// The stack of a goroutine that ended serves the next one: accesses to the old frames are forgotten.
#include "litmus.h"

static void fill(long *p, int n) {
  for (int i = 0; i < n; i++) p[i] = n + i;
}

static void child(int n) {
  long frame[200];
  void (*volatile f)(long *, int) = fill;
  f(frame, n);
  use(frame[n]);
  next();
}

int main(void) {
  for (int i = 0; i < 100; i++) {
    go(child, 100 + i % 50);
    turn(i + 1);
    settle();
  }
}
