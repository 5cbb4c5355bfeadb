// SPDX-License-Identifier: Apache-2.0
// echo_server.c sends back what it is sent: a goroutine a connection, and one for Ctrl-C.
//
//   echo_server [host:port]
#include <crun/crun.h>
#include <crun/short.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static void echo(cr_conn c) {
  char buf[4096];
  ssize_t n;
  while ((n = cr_net_read(c, buf, sizeof buf)) > 0)
    if (cr_net_write(c, buf, (size_t)n) != n) break;
  cr_net_close(c);
}

static void stop_at_signal(chan(int) signals, cr_conn listener) {
  chan_recv(signals, NULL);
  cr_net_close(listener);  // accept returns
}

int main(int argc, char **argv) {
  cr_conn listener, c;
  cr_addr address;
  char text[CR_ADDR_TEXT];
  int e = cr_net_listen(&listener, "tcp", argc > 1 ? argv[1] : "127.0.0.1:0");
  if (e < 0) {
    fprintf(stderr, "cannot listen: %s\n", strerror(-e));
    return 1;
  }
  cr_net_local(listener, &address);
  printf("listening on %s\n", cr_addr_text(&address, text));
  fflush(stdout);
  chan(int) signals = chan_make(int, 1);
  cr_signal_notify(signals, SIGINT, SIGTERM);
  go(stop_at_signal, signals, listener);
  while (cr_net_accept(listener, &c) == 0) go(echo, c);
}
