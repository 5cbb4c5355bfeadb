// SPDX-License-Identifier: Apache-2.0
// A loop that ends where it finds something does not touch what lies behind.
#include "litmus.h"

enum { N = 64 };
int a[N];

NOINLINE static int find(const int *p, int n, int x) {
  for (int i = 0; i < n; i++)
    if (p[i] == x) return i;
  return n;
}

NOINLINE static void some(int *p, int n) {
  for (int i = 0; i < n; i++)
    if (i % 8 == 0) p[i] = i;
}

static void first(void) {
  racer(0);
  use(find(a, N, 5));
  some(a + 8, N - 8);
  next();
}

int main(void) {
  a[4] = 5;
  go(first);
  racer(1);
  for (int i = 5; i < N; i++)
    if (i % 8) a[i] = 7;
  next();
  turn(2);
}
