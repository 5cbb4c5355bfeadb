// SPDX-License-Identifier: Apache-2.0
// The compiler must not read what the program would not: a load behind a condition stays behind it.
#define LITMUS_PTHREAD
#include "litmus.h"

int x, owner;

NOINLINE static int guarded(int mine, int other) { return mine ? x : other; }

NOINLINE static int in_loop(const int *p, int n, int wanted) {
  int sum = 0;
  for (int i = 0; i < n; i++)
    if (p[i] == wanted) sum += x;
  return sum;
}

static void *thread(void *arg) {
  racer(0);
  for (int i = 0; i < 100; i++) x = i;
  use(guarded(1, 0));
  next();
  return arg;
}

int main(void) {
  static int numbers[16];
  spawn(thread, NULL);
  racer(1);
  use(guarded(0, 7));
  use(in_loop(numbers, 16, 1));
  next();
  turn(2);
}
