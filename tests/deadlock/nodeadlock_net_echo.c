// SPDX-License-Identifier: Apache-2.0
// A server on loopback whose accept loop and connections are parked in the poller when main ends.
#include <crun/crun.h>
#include <crun/short.h>
#include <string.h>

static void serve(cr_conn c) {
  char buf[64];
  ssize_t n;
  while ((n = cr_net_read(c, buf, sizeof buf)) > 0) cr_net_write(c, buf, (size_t)n);
  cr_net_close(c);
}

static void accept_loop(cr_conn l) {
  cr_conn c;
  while (cr_net_accept(l, &c) == 0) go(serve, c);
}

int main(void) {
  cr_conn l, c[3];
  cr_addr at;
  char text[CR_ADDR_TEXT], buf[8];
  if (cr_net_listen(&l, "tcp", "127.0.0.1:0") < 0) return 1;
  cr_net_local(l, &at);
  go(accept_loop, l);
  for (int i = 0; i < 3; i++) {
    if (cr_net_dial(&c[i], "tcp", cr_addr_text(&at, text), CR_SECOND) < 0) return 1;
    if (cr_net_write(c[i], "ping", 4) != 4 || cr_net_read(c[i], buf, 4) != 4) return 1;
    if (memcmp(buf, "ping", 4)) return 1;
  }
  return 0;
}
