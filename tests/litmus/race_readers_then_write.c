// SPDX-License-Identifier: Apache-2.0
// Of many readers that came between, none hides the one that the writer is not ordered with.
// RACE: read A, write B
// TSAN: unsure
#define LITMUS_PTHREAD
#include "litmus.h"

int x = 1;

static void *joined(void *arg) {
  use(x);
  return arg;
}

static void *loner(void *arg) {
  use(x);  // @A
  next();
  return arg;
}

int main(void) {
  for (int i = 0; i < 9; i++) {
    if (i == 4) spawn(loner, NULL);
    if (i == 4) turn(1);
    pthread_join(spawn(joined, NULL), NULL);
  }
  x = 2;  // @B
}
