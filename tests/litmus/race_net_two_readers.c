// SPDX-License-Identifier: Apache-2.0
// Two goroutines that read from one connection are not ordered with each other.
// RACE: write A, write B
#include "litmus.h"

int x;

static void reads(cr_conn c) {
  char b;
  if (cr_net_read(c, &b, 1) != 1) exit(3);
  racer(0);
  x = 1;  // @A
  if (cr_net_read(c, &b, 1) != 1) exit(3);
  next();
}

int main(void) {
  cr_conn p[2];
  char b;
  if (cr_net_pipe(p) || cr_net_write(p[1], "abcd", 4) != 4) exit(3);
  go(reads, p[0]);
  if (cr_net_read(p[0], &b, 1) != 1) exit(3);
  racer(1);
  x = 2;  // @B
  if (cr_net_read(p[0], &b, 1) != 1) exit(3);
  next();
  turn(2);
}
