// SPDX-License-Identifier: Apache-2.0
// Two goroutines with a column of a matrix each, or with a field of all structs each.
#include "litmus.h"

enum { N = 32 };
long m[N][N];
int size = N;
struct pair {
  int x;
  short y, z;
} pairs[N];

NOINLINE static void column(int j, int n) {
  for (int i = 0; i < n; i++) m[i][j]++;
}

NOINLINE static void fields(struct pair *p, int n) {
  for (int i = 0; i < n; i++) p[i].x = p[i].z;
}

static void first(void) {
  racer(0);
  for (int j = 0; j < N; j += 2) column(j, size);
  fields(pairs, size);
  next();
}

int main(void) {
  go(first);
  racer(1);
  for (int j = 1; j < N; j += 2) column(j, size);
  for (int i = N; i-- > 0;) pairs[i].y = i;
  next();
  turn(2);
}
