// SPDX-License-Identifier: Apache-2.0
// An epoll orders who gave it a descriptor before who gets an event of that descriptor, and of no other.
// RACE: write A, write B
// TSAN: unsure
#define LITMUS_PTHREAD
#include "litmus.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

int x, queue;

static void *thread(void *arg) {
  int given = eventfd(0, 0);
  racer(0);
  x = 1;  // @A
  epoll_ctl(queue, EPOLL_CTL_ADD, given, &(struct epoll_event){.events = EPOLLIN, .data.fd = given});
  next();
  return arg;
}

int main(void) {
  int ready = eventfd(1, 0);
  struct epoll_event e = {.events = EPOLLIN, .data.fd = ready};
  queue = epoll_create1(0);
  epoll_ctl(queue, EPOLL_CTL_ADD, ready, &e);
  spawn(thread, NULL);
  racer(1);
  epoll_wait(queue, &e, 1, -1);
  x = 2;  // @B
  next();
  turn(2);
}
