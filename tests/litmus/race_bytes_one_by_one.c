// SPDX-License-Identifier: Apache-2.0
// A loop reads a word byte by byte, at one place in the code; three others have read it before, so the word has a node.
// The writer comes after those, but not after the loop.
// RACE: read A, write B
#include "litmus.h"

_Alignas(8) char x[8];

static void reader(int me, chan(int) done) {
  long n = 8, sum = 0;
  turn(me);
  __asm__("" : "+r"(n));
  for (long i = 0; i < n; i++) {
    sum += x[i];  // @A
    if (sum == 100) break;
  }
  use(sum);
  if (done) chan_send(done, me);
  next();
}

int main(void) {
  chan(int) done = chan_make(int, 3);
  int v;
  for (int i = 0; i < 3; i++) go(reader, i, done);
  go(reader, 3, NULL);
  turn(4);
  for (int i = 0; i < 3; i++) chan_recv(done, &v);
  x[7] = 2;  // @B
}
