// SPDX-License-Identifier: Apache-2.0
// The buffer of a read is written to, and that of a write read.
// RACE: write A, write B
#include "litmus.h"

char buf[4];

static void reads(cr_conn c) {
  racer(0);
  if (cr_net_read(c, buf, 4) != 4) exit(3);  // @A
  next();
}

int main(void) {
  cr_conn p[2];
  if (cr_net_pipe(p) || cr_net_write(p[1], "abcd", 4) != 4) exit(3);
  go(reads, p[0]);
  racer(1);
  buf[3] = 1;  // @B
  next();
  turn(2);
}
