// SPDX-License-Identifier: Apache-2.0
// What came before a descriptor was given to an epoll, or a timer was set, happens before what follows the event.
// ARGS: 0..2
// TSAN: unsure
#define LITMUS_PTHREAD
#include "litmus.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

struct source {
  int fd, seen;
};
int queue, kind, x;

static void *thread(void *arg) {
  struct source *s = malloc(sizeof *s);
  struct epoll_event e = {.events = EPOLLIN, .data.ptr = s};
  x = 1;
  *s = (struct source){.fd = kind == 0 ? eventfd(1, 0) : timerfd_create(CLOCK_MONOTONIC, 0)};
  if (kind == 1) timerfd_settime(s->fd, 0, &(struct itimerspec){.it_value.tv_nsec = 1}, NULL);
  epoll_ctl(queue, EPOLL_CTL_ADD, s->fd, &e);
  if (kind == 2) {
    x = 2;
    timerfd_settime(s->fd, 0, &(struct itimerspec){.it_value.tv_nsec = 1}, NULL);
  }
  return arg;
}

int main(int argc, char **argv) {
  uint64_t n;
  struct epoll_event e;
  kind = argv[1][0] - '0';
  queue = epoll_create1(0);
  spawn(thread, NULL);
  epoll_wait(queue, &e, 1, -1);
  struct source *s = e.data.ptr;
  s->seen = 1;
  if (read(s->fd, &n, 8) != 8) exit(3);
  x = 3;
  free(s);
}
