// SPDX-License-Identifier: Apache-2.0
// To unmap memory is to write all of it: it races with an access that nothing orders before it.
// RACE: write A, free B
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

int main(void) {
  char *p = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  spawn(thread, p);
  turn(1);
  munmap(p, 65536);  // @B
}
