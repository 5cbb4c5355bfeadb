// SPDX-License-Identifier: Apache-2.0
// What follows a write on a connection is not ordered with what follows the read.
// RACE: write A, write B
#include "litmus.h"

int x;

static void writes(cr_conn c) {
  cr_net_write(c, "a", 1);
  racer(0);
  x = 1;  // @A
  next();
}

int main(void) {
  cr_conn p[2];
  char b;
  if (cr_net_pipe(p)) exit(3);
  go(writes, p[1]);
  if (cr_net_read(p[0], &b, 1) != 1) exit(3);
  racer(1);
  x = 2;  // @B
  next();
  turn(2);
}
