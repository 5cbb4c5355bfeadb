// SPDX-License-Identifier: Apache-2.0
// 100,000 goroutines are alive; the last one races with the first. The sanitizer dies at 32,700.
// RACE: write A, read B
#include "litmus.h"

enum { N = 100000 };
int x;

static void first(void) {
  x = 1;  // @A
  next();
  turn(1 << 30);
}

static void other(chan(int) c) {
  int v;
  next();
  chan_recv(c, &v);
}

static void last(void) {
  use(x);  // @B
  next();
}

int main(void) {
  chan(int) c = chan_make(int, 0);
  go(first);
  turn(1);
  for (int i = 0; i < N; i++) {
    go(other, c);
    if (i % 1024 == 1023) go_yield();
  }
  turn(N + 1);
  go(last);
  turn(N + 2);
}
