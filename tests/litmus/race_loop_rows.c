// SPDX-License-Identifier: Apache-2.0
// A stencil reads the last element of its second row and the second of its last, and writes the inner ones.
// RACE: write A, read C
// RACE: write B, read C
// RACE: write D, write C
#include "litmus.h"

enum { N = 12 };
double from[N * N], to[N * N];

NOINLINE static void smooth(int n, const double *p, double *q) {
  for (int i = 1; i < n - 1; i++)
    for (int j = 1; j < n - 1; j++)
      q[i * n + j] = p[(i - 1) * n + j] + p[(i + 1) * n + j] + p[i * n + j - 1] + p[i * n + j + 1];  // @C
}

static void other(void) {
  racer(0);
  from[2 * N - 1] = 1;                // @A
  from[N * (N - 1) + 1] = 2;          // @B
  to[N * (N - 1) - 2] = 3;            // @D
  to[N * (N - 1) - 1] = from[0] = 4;  // nobody else's
  next();
}

int main(void) {
  go(other);
  racer(1);
  smooth(N, from, to);
  next();
  turn(2);
}
