// SPDX-License-Identifier: Apache-2.0
// To realloc a block to another place is to free the old one.
// RACE: write A, free B
#define LITMUS_PTHREAD
#include "litmus.h"

static void *thread(void *arg) {
  char *p = arg;
  p[99] = 1;  // @A
  next();
  return arg;
}

int main(void) {
  char *p = malloc(100);
  char *volatile wall = malloc(100);
  spawn(thread, p);
  turn(1);
  char *volatile q = realloc(p, 1 << 20);  // @B
  use(q == wall);
}
