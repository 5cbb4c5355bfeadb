// SPDX-License-Identifier: Apache-2.0
// 600, 1,000, 10,000 goroutines that nothing orders are alive: the write of one races with the read of
// each other. The sanitizer missed 2 of 599 and 3 of 999 pairs. Each run asks for one pair;
// all of them (0..598 1000..1998) take four minutes.
// ARGS: 0..598/3 1000..1998/4 20000 20254 22540 29998
// RACE: write A, read B
#include "litmus.h"

int x;
static int n_live, reader;

static void body(int me) {
  next();
  turn(n_live);
  if (me == 0) {
    x = 1;  // @A
    next();
  }
  turn(n_live + 1);
  if (me == reader) {
    use(x);  // @B
    next();
  }
  turn(n_live + 2);
}

int main(int argc, char **argv) {
  int pair = atoi(argv[argc - 1]);
  n_live = pair < 1000 ? 600 : pair < 2000 ? 1000 : 10000;
  reader = (pair < 2000 ? pair % 1000 : pair - 20000) + 1;
  for (int i = 0; i < n_live; i++) go(body, i);
  turn(n_live + 2);
}
