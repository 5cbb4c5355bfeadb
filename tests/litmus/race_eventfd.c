// SPDX-License-Identifier: Apache-2.0
// An eventfd orders nothing for who reads another one, be it made by another call or with the number of one that is closed.
// ARGS: 0 1
// RACE: write A, write B
#define LITMUS_PTHREAD
#include "litmus.h"

#include <sys/eventfd.h>

int x, events, others;

static void *thread(void *arg) {
  racer(0);
  x = 1;  // @A
  eventfd_write(events, 1);
  next();
  return arg;
}

static void *reads(void *arg) {
  eventfd_t n;
  eventfd_read(others, &n);
  racer(1);
  x = 2;  // @B
  eventfd_write(events, 1);
  next();
  return arg;
}

// again makes others a new eventfd of the same number.
static int again(int fd) {
  close(fd);
  return eventfd(1, 0);
}

int main(int argc, char **argv) {
  events = eventfd(0, 0);
  others = eventfd(1, 0);
  if (argv[1][0] == '1') others = again(others);
  spawn(thread, NULL);
  spawn(reads, NULL);
  turn(2);
}
