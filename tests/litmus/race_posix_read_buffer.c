// SPDX-License-Identifier: Apache-2.0
// The buffer of a read(2) is written to while the goroutine is parked in it.
// RACE: write A, write B
#include <unistd.h>

#include "litmus.h"

char buf[4];

static void reads(int fd) {
  racer(0);
  if (read(fd, buf, 4) != 4) exit(3);  // @A
  next();
}

int main(void) {
  int p[2];
  if (pipe(p) || write(p[1], "abcd", 4) != 4) exit(3);
  go(reads, p[0]);
  racer(1);
  buf[3] = 1;  // @B
  next();
  turn(2);
}
