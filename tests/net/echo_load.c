// SPDX-License-Identifier: Apache-2.0
// echo_load.c drives an echo server: connections that each send 64 bytes and wait for them, on one thread
// and epoll, without any runtime. It prints requests a second; exit code 1: an answer was wrong.
//   echo_load PORT CONNECTIONS REQUESTS
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SIZE = 64 };

struct client {
  int fd;
  unsigned char out[SIZE], in[SIZE];
  size_t got;
};

_Noreturn static void die(const char *what) {
  fprintf(stderr, "echo_load: %s: %s\n", what, strerror(errno));
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void ask(struct client *c, unsigned n) {
  for (int i = 0; i < SIZE; i++) c->out[i] = (unsigned char)(n * 31 + (unsigned)i * 7 + (unsigned)c->fd);
  c->got = 0;
  if (write(c->fd, c->out, SIZE) != SIZE) die("write");
}

// answered reads what there is; true: it is the whole answer.
static int answered(struct client *c) {
  ssize_t n = read(c->fd, c->in + c->got, SIZE - c->got);
  if (n <= 0) die("read");
  c->got += (size_t)n;
  if (c->got < SIZE) return 0;
  if (memcmp(c->in, c->out, SIZE) != 0) die("the answer is not what was sent");
  return 1;
}

static void join(struct client *c, int set, int port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int on = 1;
  c->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (c->fd < 0 || connect(c->fd, (void *)&to, sizeof to) != 0) die("connect");
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
  if (epoll_ctl(set, EPOLL_CTL_ADD, c->fd, &e) != 0) die("epoll_ctl");
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  int n = atoi(argv[2]), set = epoll_create1(0);
  unsigned requests = (unsigned)atoi(argv[3]), sent = 0, done = 0;
  struct client *clients = calloc((size_t)n, sizeof *clients);
  for (int i = 0; i < n; i++) join(&clients[i], set, atoi(argv[1]));
  double start = now();
  for (int i = 0; i < n && sent < requests; i++) ask(&clients[i], sent++);
  while (done < requests) {
    struct epoll_event e[256];
    int k = epoll_wait(set, e, 256, -1);
    for (int i = 0; i < k; i++) {
      if (!answered(e[i].data.ptr)) continue;
      done++;
      if (sent < requests) ask(e[i].data.ptr, sent++);
    }
  }
  printf("%.0f\n", requests / (now() - start));
}
