// SPDX-License-Identifier: Apache-2.0
// A deadline that comes of itself orders nothing but what came before it was set.
// RACE: write A, write B
#include <errno.h>

#include "litmus.h"

int x;

static void limits(cr_conn c) {
  cr_net_set_read_deadline(c, cr_nanotime() + 1000);
  racer(0);
  x = 1;  // @A
  next();
}

int main(void) {
  cr_conn p[2];
  char b;
  if (cr_net_pipe(p)) exit(3);
  go(limits, p[0]);
  if (cr_net_read(p[0], &b, 1) != -ETIMEDOUT) exit(3);
  racer(1);
  x = 2;  // @B
  next();
  turn(2);
}
