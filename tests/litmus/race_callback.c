// SPDX-License-Identifier: Apache-2.0
// A race within a callback that uninstrumented code calls is found at its line.
// RACE: write A, write B
#define LITMUS_PTHREAD
#include "litmus.h"

int calls;

static int compare(const void *a, const void *b) {
  calls = 1;  // @A
  return *(const int *)a - *(const int *)b;
}

static void *thread(void *arg) {
  int numbers[2] = {2, 1};
  racer(0);
  qsort(numbers, 2, sizeof *numbers, compare);
  next();
  return arg;
}

int main(void) {
  spawn(thread, NULL);
  racer(1);
  calls = 2;  // @B
  next();
  turn(2);
}
