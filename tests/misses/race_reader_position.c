// SPDX-License-Identifier: Apache-2.0
// Of 8, then of 64 readers all but one are ordered before the writer. Whichever is not, it is not
// forgotten. The sanitizer has four cells for a word and missed 4 of the 8 positions.
// ARGS: 0..7 100..163
// RACE: read A, write B
#include "litmus.h"

int x = 1;

static void reader(int me, chan(int) done) {
  turn(me);
  use(x);  // @A
  if (done) chan_send(done, me);
  next();
}

int main(int argc, char **argv) {
  int loner = atoi(argv[argc - 1]) % 100, n = atoi(argv[argc - 1]) < 100 ? 8 : 64, v;
  chan(int) done = chan_make(int, n);
  for (int i = 0; i < n; i++) {
    if (i == loner)
      go(reader, i, NULL);
    else
      go(reader, i, done);
  }
  turn(n);
  for (int i = 0; i < n - 1; i++) chan_recv(done, &v);
  x = 2;  // @B
}
