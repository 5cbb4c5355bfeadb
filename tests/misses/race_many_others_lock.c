// SPDX-License-Identifier: Apache-2.0
// The earlier racer is alive; 254, 300 and 2,540 other goroutines each lock one mutex once in between.
// The sanitizer's 255 slots run out, and who takes over a used one inherits its past: 0 of 3 found.
// ARGS: 254 300 2540
// RACE: write A, write B
#include "litmus.h"

int x;
mutex mu;

static void first(void) {
  x = 1;  // @A
  next();
  turn(1 << 20);
}

static void other(void) {
  mutex_lock(&mu);
  mutex_unlock(&mu);
  next();
}

int main(int argc, char **argv) {
  int n = atoi(argv[argc - 1]);
  go(first);
  turn(1);
  for (int i = 0; i < n; i++) {
    go(other);
    turn(i + 2);
  }
  mutex_lock(&mu);
  mutex_unlock(&mu);
  x = 2;  // @B
}
