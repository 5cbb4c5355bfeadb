// SPDX-License-Identifier: Apache-2.0
// http_hello.c greets over HTTP/1.1: a goroutine a connection, requests parsed by the http-parser library
// (Debian's libhttp-parser-dev). Connections are kept open, and closed after ten idle seconds.
//
//   crun build http_hello.c -lhttp_parser -o http_hello && ./http_hello [host:port]
#include <crun/crun.h>
#include <crun/short.h>
#include <http_parser.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

struct client {
  cr_conn conn;
  http_parser parser;
  bool failed;
};

static int answer(http_parser *p) {
  struct client *c = p->data;
  static const char body[] = "hello from a goroutine\n";
  char text[256];
  int keep = http_should_keep_alive(p);
  int n = snprintf(text, sizeof text,
                   "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\nConnection: %s\r\n\r\n%s",
                   sizeof body - 1, keep ? "keep-alive" : "close", p->method == HTTP_HEAD ? "" : body);
  c->failed = cr_net_write(c->conn, text, (size_t)n) != n || !keep;
  return c->failed;  // not 0 ends the parsing
}

static void serve(cr_conn conn) {
  static const http_parser_settings settings = {.on_message_complete = answer};
  struct client c = {.conn = conn};
  char buf[4096];
  ssize_t n;
  http_parser_init(&c.parser, HTTP_REQUEST);
  c.parser.data = &c;
  for (;;) {
    cr_net_set_read_deadline(conn, cr_nanotime() + 10 * CR_SECOND);
    if ((n = cr_net_read(conn, buf, sizeof buf)) <= 0) break;
    size_t parsed = http_parser_execute(&c.parser, &settings, buf, (size_t)n);
    if (c.failed) break;
    if (parsed != (size_t)n || c.parser.upgrade) {
      static const char bad[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      cr_net_write(conn, bad, sizeof bad - 1);
      break;
    }
  }
  cr_net_close(conn);
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
  while (cr_net_accept(listener, &c) == 0) go(serve, c);
}
