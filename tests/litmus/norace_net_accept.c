// SPDX-License-Identifier: Apache-2.0
// A dial happens before the return of the accept that takes it; the listen before that of the dial.
#include "litmus.h"

int x, y;
cr_addr address;

static void dials(void) {
  cr_conn c;
  char text[CR_ADDR_TEXT];
  x = 1;
  if (cr_net_dial(&c, "tcp", cr_addr_text(&address, text), CR_FOREVER)) exit(3);
  y = 2;
}

int main(void) {
  cr_conn l, s;
  if (cr_net_listen(&l, "tcp", "127.0.0.1:0") || cr_net_local(l, &address)) exit(3);
  y = 1;
  go(dials);
  if (cr_net_accept(l, &s)) exit(3);
  x = 2;
}
