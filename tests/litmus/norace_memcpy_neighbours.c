// SPDX-License-Identifier: Apache-2.0
// The bytes on both sides of a copy are not part of it.
#define LITMUS_PTHREAD
#include "litmus.h"

char x[200], from[200];
size_t n = 150;

static void *thread(void *arg) {
  racer(0);
  x[2] = 1;
  x[153] = 1;
  from[160] = 1;
  next();
  return arg;
}

int main(void) {
  spawn(thread, NULL);
  size_t len = n;
  racer(1);
  memcpy(x + 3, from + 10, len);
  memmove(x + 10, x + 3, 143);
  memset(x + 3, 0, len);
  next();
  turn(2);
}
