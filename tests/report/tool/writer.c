// SPDX-License-Identifier: Apache-2.0
// writer.c: races after it has opened a file: with stderr closed before, the file is descriptor 2.
#include "../../litmus/litmus.h"
#include <fcntl.h>
#include <unistd.h>

static int shared;

static void first(void) {
  shared = 1;
  next();
}

static void second(void) {
  turn(1);
  shared = 2;
  next();
}

int main(int argc, char **argv) {
  int fd = argc == 2 ? open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0644) : -1;
  if (fd < 0 || write(fd, "the program's own\n", 18) != 18) return 1;
  go(first);
  go(second);
  turn(2);
}
