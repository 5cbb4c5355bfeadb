// SPDX-License-Identifier: Apache-2.0
// poll stores revents, and reads what stands before it.
// ARGS: 0 1
// RACE-ALSO: write A, read B
// RACE-ALSO: read A, write C
// TSAN: unsure
#define LITMUS_PTHREAD
#include "litmus.h"

#include <poll.h>

struct pollfd p = {.fd = 1, .events = POLLOUT};

static void *thread(void *arg) {
  racer(0);
  poll(&p, 1, 0);  // @A
  next();
  return arg;
}

int main(int argc, char **argv) {
  spawn(thread, NULL);
  racer(1);
  if (argv[1][0] == '0') use(p.revents);  // @B
  else p.events = POLLIN;  // @C
  next();
  turn(2);
}
