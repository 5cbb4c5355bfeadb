// SPDX-License-Identifier: Apache-2.0
// That usleep(3) has passed, or poll(2) has timed out, orders nothing.
// RACE: write A, write B
#include <poll.h>
#include <unistd.h>

#include "litmus.h"

int x;

static void writer(void) {
  x = 1;  // @A
  next();
}

int main(void) {
  go(writer);
  turn(1);
  usleep(1000);
  poll(NULL, 0, 1);
  x = 2;  // @B
}
