// SPDX-License-Identifier: Apache-2.0
// Its neighbours on both pages do not.
#define LITMUS_PTHREAD
#include "litmus.h"

_Alignas(4096) char pages[8192];
struct __attribute__((packed)) packed {
  long value;
};

static void *thread(void *arg) {
  racer(0);
  ((struct packed *)(pages + 4093))->value = 1;
  next();
  return arg;
}

int main(void) {
  spawn(thread, NULL);
  racer(1);
  pages[4092] = 1;
  pages[4101] = 1;
  next();
  turn(2);
}
