// SPDX-License-Identifier: Apache-2.0
// A race whose accesses come after so much memory was touched that memory_limit_mb gives up all that it can.
#include "../../litmus/litmus.h"

enum { WORDS = 1 << 20, EACH = 1 << 10 };

static mutex m;
static long raced, *big;

static void fill(void) {
  for (int round = 0; round < 2; round++)
    for (int i = 0; i < WORDS; i += EACH) {
      mutex_lock(&m);
      for (int k = 0; k < EACH; k += 8) big[i + k] = round;
      mutex_unlock(&m);
    }
}

static void first(void) {
  fill();
  raced = 1;
  next();
}

static void second(void) {
  turn(1);
  raced++;
  next();
}

int main(void) {
  big = calloc(WORDS, sizeof *big);
  go(first);
  go(second);
  turn(2);
}
