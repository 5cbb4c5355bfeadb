// SPDX-License-Identifier: Apache-2.0
// An access that crosses a page boundary races on either page.
// RACE: write A, read B
// RACE: write A, read C
#define LITMUS_PTHREAD
#include "litmus.h"

_Alignas(4096) char pages[8192];
struct __attribute__((packed)) packed {
  long value;
};

static void *thread(void *arg) {
  racer(0);
  ((struct packed *)(pages + 4093))->value = 1;  // @A
  next();
  return arg;
}

int main(void) {
  spawn(thread, NULL);
  racer(1);
  use(pages[4094]);  // @B
  use(pages[4100]);  // @C
  next();
  turn(2);
}
