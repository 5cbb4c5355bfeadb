// SPDX-License-Identifier: Apache-2.0
// A close happens before the return of the read that it ends; so does a deadline.
#include <errno.h>

#include "litmus.h"

int x, y;

static void closes(cr_conn c) {
  x = 1;
  cr_net_close(c);
}

static void limits(cr_conn c) {
  y = 1;
  cr_net_set_read_deadline(c, 1);
}

int main(void) {
  cr_conn a[2], b[2];
  char buf[1];
  if (cr_net_pipe(a) || cr_net_pipe(b)) exit(3);
  go(closes, a[0]);
  if (cr_net_read(a[0], buf, 1) != -EBADF) exit(3);
  x = 2;
  go(limits, b[0]);
  if (cr_net_read(b[0], buf, 1) != -ETIMEDOUT) exit(3);
  y = 2;
}
