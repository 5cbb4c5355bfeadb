// SPDX-License-Identifier: Apache-2.0
// To assign a struct is to read all of one and to write all of the other.
// RACE: write A, read B
#define LITMUS_PTHREAD
#include "litmus.h"

struct record {
  long fields[12];
} x, y;

static void *thread(void *arg) {
  racer(0);
  x.fields[7] = 1;  // @A
  next();
  return arg;
}

int main(void) {
  spawn(thread, NULL);
  racer(1);
  y = x;  // @B
  next();
  turn(2);
}
