// SPDX-License-Identifier: Apache-2.0
// A loop's check in front of it reaches its last element; the element is what is told.
// RACE: write A, write B
#include "litmus.h"

enum { N = 1000 };
int a[N + 1];

NOINLINE static void fill(int *p, int n) {
  for (int i = 0; i < n; i++) p[i] = i;  // @A
}

static void first(void) {
  racer(0);
  fill(a, N);
  next();
}

int main(void) {
  go(first);
  racer(1);
  a[N - 1] = 1;  // @B
  next();
  turn(2);
}
