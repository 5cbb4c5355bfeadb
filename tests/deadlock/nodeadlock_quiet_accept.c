// SPDX-License-Identifier: Apache-2.0
// Everybody waits, one of them for a connection from outside: the program's own child makes it.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void accepts(cr_conn l, chan(int) out) {
  cr_conn c;
  char buf[8];
  int n = cr_net_accept(l, &c) ? -1 : (int)cr_net_read(c, buf, sizeof buf);
  chan_send(out, n);
}

int main(void) {
  cr_conn l;
  cr_addr at;
  char text[CR_ADDR_TEXT], script[256];
  chan(int) out = chan_make(int);
  int n;
  if (cr_net_listen(&l, "tcp", "127.0.0.1:0")) return 1;
  cr_net_local(l, &at);
  int port = atoi(strrchr(cr_addr_text(&at, text), ':') + 1);
  snprintf(script, sizeof script, "sleep 0.05; printf hi > /dev/tcp/127.0.0.1/%d", port);
  char *argv[] = {"bash", "-c", script, NULL};
  cr_child child;
  if (cr_child_start(&child, "bash", argv, NULL)) return 1;
  go(accepts, l, out);
  chan_recv(out, &n);
  return n != 2;
}
