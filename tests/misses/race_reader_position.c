// SPDX-License-Identifier: Apache-2.0
// Of 8, 80, 320 readers all but one are ordered before the writer. Whichever is not, it is not
// forgotten. The sanitizer has four cells for a word and missed 4 of the 8 positions.
// ARGS: 0..7 100..179 1000 1031 1032 1159 1318 1319
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
  int arg = atoi(argv[argc - 1]), n = arg < 100 ? 8 : arg < 1000 ? 80 : 320, v;
  int loner = arg - (arg < 100 ? 0 : arg < 1000 ? 100 : 1000);
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
