// SPDX-License-Identifier: Apache-2.0
// What a loop put down is checked before the send that follows it: the receiver may do the same to the same elements.
#include "litmus.h"

enum { N = 1 << 12, STEPS = 100 };
long a[N];
unsigned seed = 7;

static unsigned step(unsigned x) { return x * 1664525u + 1013904223u; }

NOINLINE static void scatter(long *p, unsigned x, int n) {
  for (int i = 0; i < n; i++) {
    x = step(x);
    p[x >> 20] += i;
  }
}

static void first(chan(int) c) {
  scatter(a, seed, STEPS);
  chan_send(c, 1);
}

int main(void) {
  int v;
  chan(int) c = chan_make(int, 0);
  for (int round = 0; round < 20; round++) {
    go(first, c);
    chan_recv(c, &v);
    scatter(a, seed, STEPS);
  }
}
