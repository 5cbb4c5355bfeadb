// SPDX-License-Identifier: Apache-2.0
// What came before a write on a connection happens before what follows the read of its bytes, and the end.
#include "litmus.h"

int x;

static void writes(cr_conn c) {
  x = 1;
  cr_net_write(c, "a", 1);
}

static void ends(cr_conn c) {
  x = 3;
  cr_net_close_write(c);
  cr_net_close(c);
}

int main(void) {
  cr_conn l, c, s;
  cr_addr a;
  char text[CR_ADDR_TEXT], b;
  if (cr_net_listen(&l, "tcp", "127.0.0.1:0") || cr_net_local(l, &a)) exit(3);
  if (cr_net_dial(&c, "tcp", cr_addr_text(&a, text), CR_FOREVER) || cr_net_accept(l, &s)) exit(3);
  go(writes, c);
  if (cr_net_read(s, &b, 1) != 1) exit(3);
  x = 2;
  go(ends, c);
  if (cr_net_read(s, &b, 1) != 0) exit(3);
  x = 4;
}
