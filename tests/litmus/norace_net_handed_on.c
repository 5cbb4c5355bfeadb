// SPDX-License-Identifier: Apache-2.0
// A connection is used by one goroutine after another, each told by a channel; the last closes it.
#include "litmus.h"

static void uses(chan(cr_conn) in, chan(cr_conn) out) {
  cr_conn c;
  char buf[2];
  chan_recv(in, &c);
  if (cr_net_write(c, "ab", 2) != 2 || cr_net_read(c, buf, 2) != 2) exit(3);
  cr_net_set_deadline(c, 0);
  chan_send(out, c);
}

static void echoes(cr_conn c) {
  char buf[2];
  ssize_t n;
  while ((n = cr_net_read(c, buf, 2)) > 0) cr_net_write(c, buf, (size_t)n);
  cr_net_close(c);
}

int main(void) {
  chan(cr_conn) first = chan_make(cr_conn), next = chan_make(cr_conn), last = chan_make(cr_conn);
  cr_conn l, c, s;
  cr_addr a;
  char text[CR_ADDR_TEXT];
  go(uses, first, next);
  go(uses, next, last);
  if (cr_net_listen(&l, "tcp", "127.0.0.1:0") || cr_net_local(l, &a)) exit(3);
  if (cr_net_dial(&c, "tcp", cr_addr_text(&a, text), CR_FOREVER) || cr_net_accept(l, &s)) exit(3);
  go(echoes, s);
  chan_send(first, c);
  chan_recv(last, &c);
  cr_net_close(c);
}
