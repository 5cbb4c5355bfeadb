// SPDX-License-Identifier: Apache-2.0
// A loop acquires in its first turn what it reads: its checks cannot be made in front of it.
#include "litmus.h"
#include <stdatomic.h>

enum { N = 100 };
int a[N];
_Atomic int ready;

static void writer(void) {
  for (int i = 0; i < N; i++) a[i] = i;
  atomic_store_explicit(&ready, 1, memory_order_release);
  next();
}

NOINLINE static int sum(const int *p, int n) {
  int s = 0;
  for (int i = 0; i < n; i++) {
    atomic_load_explicit(&ready, memory_order_acquire);
    s += p[i];
  }
  return s;
}

int main(void) {
  go(writer);
  turn(1);
  return sum(a, N) != N * (N - 1) / 2;
}
