// SPDX-License-Identifier: Apache-2.0
// What came before a write to an eventfd happens before what follows the read, through whichever of its descriptors, and
// before what follows the news that it can be read.
// ARGS: 0..7
// TSAN: unsure
#define LITMUS_PTHREAD
#include "litmus.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>

int x, kind, events, other;

static void sends(int to, int fd) {
  union {
    char room[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } c;
  struct msghdr m = {.msg_iov = &(struct iovec){"f", 1}, .msg_iovlen = 1, .msg_control = &c, .msg_controllen = sizeof c};
  struct cmsghdr *h = CMSG_FIRSTHDR(&m);
  *h = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
  memcpy(CMSG_DATA(h), &fd, sizeof fd);
  if (sendmsg(to, &m, 0) != 1) exit(3);
}

static int receives(int from) {
  union {
    char room[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
  } c;
  char b;
  struct msghdr m = {.msg_iov = &(struct iovec){&b, 1}, .msg_iovlen = 1, .msg_control = &c, .msg_controllen = sizeof c};
  int fd;
  if (recvmsg(from, &m, 0) != 1) exit(3);
  memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof fd);
  return fd;
}

// another makes a descriptor of what fd is one of.
static int another(int fd) {
  int pair[2];
  if (kind == 1) return dup(fd);
  if (kind == 2) return dup2(fd, 77);
  if (kind == 3) return fcntl(fd, F_DUPFD_CLOEXEC, 50);
  if (kind != 4) return fd;
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) exit(3);
  sends(pair[0], fd);
  return receives(pair[1]);
}

static void *thread(void *arg) {
  x = 1;
  if (kind % 2 ? eventfd_write(events, 1) : write(events, &(uint64_t){1}, 8) != 8) exit(3);
  return arg;
}

static void news(void) {
  fd_set in;
  struct epoll_event e = {.events = EPOLLIN, .data.ptr = &in};
  FD_ZERO(&in);
  FD_SET(other, &in);
  if (kind == 5) poll(&(struct pollfd){.fd = other, .events = POLLIN}, 1, -1);
  else if (kind == 6) select(other + 1, &in, NULL, NULL, NULL);
  else {
    int q = epoll_create1(0);
    epoll_ctl(q, EPOLL_CTL_ADD, other, &e);
    epoll_wait(q, &e, 1, -1);
  }
}

int main(int argc, char **argv) {
  eventfd_t n;
  kind = argv[1][0] - '0';
  close(eventfd(0, 0));  // its number is used again
  events = eventfd(0, 0);
  other = another(events);
  spawn(thread, NULL);
  if (kind >= 5) news();
  else if (kind % 2 ? eventfd_read(other, &n) : read(other, &n, 8) != 8) exit(3);
  x = 2;
}
