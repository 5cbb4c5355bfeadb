// SPDX-License-Identifier: Apache-2.0
// A stencil touches neither the corners of what it reads nor the edge of what it writes.
#include "litmus.h"

enum { N = 12 };
double from[N * N], to[N * N];

NOINLINE static void smooth(int n, const double *p, double *q) {
  for (int i = 1; i < n - 1; i++)
    for (int j = 1; j < n - 1; j++)
      q[i * n + j] = p[(i - 1) * n + j] + p[(i + 1) * n + j] + p[i * n + j - 1] + p[i * n + j + 1];
}

static void other(void) {
  racer(0);
  from[0] = from[N - 1] = from[N * (N - 1)] = from[N * N - 1] = 1;
  for (int i = 0; i < N; i++) to[i] = to[i * N] = to[i * N + N - 1] = to[(N - 1) * N + i] = i;
  next();
}

int main(void) {
  go(other);
  racer(1);
  smooth(N, from, to);
  next();
  turn(2);
}
