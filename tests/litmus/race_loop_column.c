// SPDX-License-Identifier: Apache-2.0
// Two goroutines with a column and a row of a matrix: they meet in one element.
// RACE: write A, write B
#include "litmus.h"

enum { N = 32 };
long m[N][N];
int size = N;

NOINLINE static void column(int j, int n) {
  for (int i = 0; i < n; i++) m[i][j] = i;  // @A
}

NOINLINE static void row(int i, int n) {
  for (int j = 0; j < n; j++) m[i][j] = j;  // @B
}

static void first(void) {
  racer(0);
  column(7, size);
  next();
}

int main(void) {
  go(first);
  racer(1);
  row(9, size);
  next();
  turn(2);
}
