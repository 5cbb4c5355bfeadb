// SPDX-License-Identifier: Apache-2.0
// To pass a struct by value is to read all of it. The clang sanitizer's own passes miss this one.
// RACE: write A, read B
// TSAN: silent
#define LITMUS_PTHREAD
#include "litmus.h"

struct record {
  long fields[12];
} x;

NOINLINE static long last(struct record r) {
  __asm__ volatile("" : : : "memory");
  return r.fields[11];
}

static void *thread(void *arg) {
  racer(0);
  x.fields[7] = 1;  // @A
  next();
  return arg;
}

int main(void) {
  spawn(thread, NULL);
  racer(1);
  use(last(x));  // @B
  next();
  turn(2);
}
