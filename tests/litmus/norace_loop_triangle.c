// SPDX-License-Identifier: Apache-2.0
// Each element is held against those behind it: the first one is not read; and of one element there are none behind.
#include "litmus.h"

enum { N = 12 };
long mass[N], lone[2];
volatile int many = N;

NOINLINE static long pairs(int n, const long *m) {
  long sum = 0;
  for (int i = 0; i < n; i++)
    for (int j = i + 1; j < n; j++) sum += m[j];
  return sum;
}

static void other(void) {
  racer(0);
  mass[0] = lone[0] = lone[1] = 1;
  next();
}

int main(void) {
  go(other);
  racer(1);
  long sum = pairs(many, mass) + pairs(many - N + 1, lone) + pairs(many - N, lone);
  next();
  turn(2);
  return sum < 0;
}
