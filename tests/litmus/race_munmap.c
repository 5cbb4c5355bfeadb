// SPDX-License-Identifier: Apache-2.0
// To unmap memory, or to map something else in its place, is to write all of it: it races with an access that nothing
// orders before it.
// ARGS: 0 1
// RACE-ALSO: write A, free B
// RACE-ALSO: write A, free C
// TSAN: silent
#define LITMUS_PTHREAD
#include "litmus.h"

#include <sys/mman.h>

static void *thread(void *arg) {
  char *p = arg;
  p[5000] = 1;  // @A
  next();
  return arg;
}

int main(int argc, char **argv) {
  char *p = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  spawn(thread, p);
  turn(1);
  if (argv[1][0] == '0') munmap(p, 65536);  // @B
  else mmap(p, 65536, PROT_READ, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);  // @C
}
