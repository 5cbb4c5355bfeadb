// SPDX-License-Identifier: Apache-2.0
// To move a mapping is to write where it was.
// RACE: write A, free B
// TSAN: silent
#define LITMUS_PTHREAD
#define _GNU_SOURCE
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
  char *to = mmap(NULL, 65536, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  spawn(thread, p);
  turn(1);
  p = mremap(p, 65536, 65536, MREMAP_MAYMOVE | MREMAP_FIXED, to);  // @B
  return p != to;
}
