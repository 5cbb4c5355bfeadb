// SPDX-License-Identifier: Apache-2.0
// The other order: the block is freed first, then accessed by one who does not know.
// RACE: free A, read B
#define LITMUS_PTHREAD
#include "litmus.h"

static void *thread(void *arg) {
  free(arg);  // @A
  next();
  return NULL;
}

int main(void) {
  long *volatile p = calloc(8, sizeof *p);
  spawn(thread, p);
  turn(1);
  use(p[3]);  // @B
}
