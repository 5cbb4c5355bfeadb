// SPDX-License-Identifier: Apache-2.0
// A loop that goes all over an array puts down its accesses and has them checked many at a time: all of them, the last too.
// RACE: write A, read B
// RACE-ALSO: write A, read C
#include "litmus.h"

enum { N = 1 << 12, STEPS = 1000 };
long a[N];
unsigned seed = 7;
long got;

static unsigned step(unsigned x) { return x * 1664525u + 1013904223u; }

NOINLINE static void scatter(long *p, unsigned x, int n) {
  for (int i = 0; i < n; i++) {
    x = step(x);
    p[x >> 20] = i;  // @A
  }
}

static unsigned after(int steps) {
  unsigned x = seed;
  for (int i = 0; i < steps; i++) x = step(x);
  return x >> 20;
}

static void first(void) {
  racer(0);
  scatter(a, seed, STEPS);
  next();
}

int main(void) {
  go(first);
  racer(1);
  long last = a[after(STEPS)];  // @B
  long early = a[after(1)];     // @C
  next();
  turn(2);
  got = last + early;
}
