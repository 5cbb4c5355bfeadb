// SPDX-License-Identifier: Apache-2.0
// A loop that changes a variable under a condition accesses it only when the condition holds: it never does here, so
// the loop may run while another goroutine writes.
#include "litmus.h"

long x;

NOINLINE static void count(long n, long never) {
  for (long i = 0; i < n; i++)
    if (i == never) x ^= i;
}

static void other(void) {
  racer(1);
  x = 1;
  next();
}

int main(void) {
  go(other);
  racer(0);
  long n = 8;
  __asm__("" : "+r"(n));
  count(n, 9);
  next();
  turn(2);
}
