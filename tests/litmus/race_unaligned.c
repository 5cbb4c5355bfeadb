// SPDX-License-Identifier: Apache-2.0
// An unaligned access that reaches into the next word.
// RACE: write A, read B
#define LITMUS_PTHREAD
#include "litmus.h"

_Alignas(8) char buffer[16];
struct __attribute__((packed)) packed {
  char pad[6];
  int value;
};

static void *thread(void *arg) {
  racer(0);
  ((struct packed *)buffer)->value = 1;  // @A
  next();
  return arg;
}

int main(void) {
  spawn(thread, NULL);
  racer(1);
  use(buffer[9]);  // @B
  next();
  turn(2);
}
