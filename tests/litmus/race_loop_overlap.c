// SPDX-License-Identifier: Apache-2.0
// A loop that reads what it wrote the turn before also reads what it never writes, and writes what it never reads.
// RACE: write A, read C
// RACE-ALSO: write B, write C
// RACE-ALSO: write B, read C
#include "litmus.h"

enum { N = 20 };
long a[N + 2];

NOINLINE static void prefix(long *p, long n) {
  for (long i = 1; i <= n; i++) p[i] += p[i - 1];  // @C
}

static void other(void) {
  racer(0);
  a[0] = 1;      // @A
  a[N] = 2;      // @B
  a[N + 1] = 3;  // nobody else's
  next();
}

int main(void) {
  go(other);
  racer(1);
  prefix(a, N);
  next();
  turn(2);
}
