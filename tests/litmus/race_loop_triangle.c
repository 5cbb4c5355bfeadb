// SPDX-License-Identifier: Apache-2.0
// Each element is held against those behind it, which are fewer from turn to turn: the last but one is read in all turns.
// RACE: write A, read C
// RACE: write B, read C
#include "litmus.h"

enum { N = 12 };
long mass[N];
volatile int many = N;

NOINLINE static long pairs(int n, const long *m) {
  long sum = 0;
  for (int i = 0; i < n; i++)
    for (int j = i + 1; j < n; j++) sum += m[j];  // @C
  return sum;
}

static void other(void) {
  racer(0);
  mass[1] = 1;      // @A
  mass[N - 1] = 2;  // @B
  mass[0] = 3;      // nobody else's
  next();
}

int main(void) {
  go(other);
  racer(1);
  long sum = pairs(many, mass);
  next();
  turn(2);
  return sum < 0;
}
