// SPDX-License-Identifier: Apache-2.0
// 4.3 million releases come between the two accesses, and ten times that. The sanitizer has then wiped all of its shadow.
// ARGS: 4300000 43000000 1 10 100 1000 10000 100000 1000000
// RACE: write A, read B
#include "litmus.h"
#include <stdatomic.h>

int x;
_Atomic int counter;
volatile int own;

static void first(void) {
  x = 1;  // @A
  next();
  turn(1 << 20);
}

int main(int argc, char **argv) {
  int n = atoi(argv[argc - 1]);
  go(first);
  turn(1);
  for (int i = 0; i < n; i++) {
    own = i;  // so that the release has something to publish and needs an epoch of its own
    atomic_fetch_add_explicit(&counter, 1, memory_order_acq_rel);
  }
  use(x);  // @B
}
