// SPDX-License-Identifier: Apache-2.0
// What came before a write or a close happens before what follows the read(2) that got the bytes, or the end,
// on goroutines that park in it.
#include <unistd.h>

#include "litmus.h"

int x;

static void writes(int fd) {
  x = 1;
  if (write(fd, "a", 1) != 1) exit(3);
}

static void ends(int fd) {
  x = 3;
  close(fd);
}

int main(void) {
  int p[2];
  char b;
  if (pipe(p)) exit(3);
  go(writes, p[1]);
  if (read(p[0], &b, 1) != 1) exit(3);
  x = 2;
  go(ends, p[1]);
  if (read(p[0], &b, 1) != 0) exit(3);
  x = 4;
}
