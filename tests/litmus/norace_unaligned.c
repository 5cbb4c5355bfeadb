// SPDX-License-Identifier: Apache-2.0
// The bytes before and after an unaligned access are not part of it.
#define LITMUS_PTHREAD
#include "litmus.h"

_Alignas(8) char buffer[16];
struct __attribute__((packed)) packed {
  char pad[6];
  int value;
};

static void *thread(void *arg) {
  racer(0);
  ((struct packed *)buffer)->value = 1;
  next();
  return arg;
}

int main(void) {
  spawn(thread, NULL);
  racer(1);
  buffer[5] = 1;
  buffer[10] = 1;
  next();
  turn(2);
}
