// SPDX-License-Identifier: Apache-2.0
// A loop that the compiler makes into 32-byte accesses: the sanitizer does not check those.
// FLAGS: -O3 -march=x86-64-v3
// RACE: write A, write B
#include "litmus.h"

double a[4096], b[4096];

__attribute__((noinline)) static void twice(double *restrict to, double *restrict from) {
  for (int i = 0; i < 4096; i++) to[i] = from[i] * 2;  // @A
}

static void first(void) {
  racer(0);
  twice(a, b);
  next();
}

int main(void) {
  if (!__builtin_cpu_supports("avx2")) exit(77);
  go(first);
  racer(1);
  a[4095] = 2;  // @B
  next();
  turn(2);
}
