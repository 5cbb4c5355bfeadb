// SPDX-License-Identifier: Apache-2.0
// A function marked no_sanitize("thread") is left alone.
#define LITMUS_PTHREAD
#include "litmus.h"

int x;

__attribute__((no_sanitize("thread"))) NOINLINE static void write_unchecked(void) { x = 1; }

static void *thread(void *arg) {
  racer(0);
  write_unchecked();
  next();
  return arg;
}

int main(void) {
  spawn(thread, NULL);
  racer(1);
  x = 2;
  next();
  turn(2);
}
