// SPDX-License-Identifier: Apache-2.0
// A loop's check in front of it ends with its last element, and begins with its first.
#include "litmus.h"

enum { N = 1000 };
int a[N + 2];

NOINLINE static void fill(int *p, int n) {
  for (int i = 0; i < n; i++) p[i] = i;
}

NOINLINE static void empty(int *p, int n) {
  for (int i = n; i-- > 0;) p[i] = 0;
}

static void first(void) {
  racer(0);
  fill(a + 1, N);
  empty(a + 1, N);
  next();
}

int main(void) {
  go(first);
  racer(1);
  a[0] = 1;
  a[N + 1] = 1;
  next();
  turn(2);
}
