// SPDX-License-Identifier: Apache-2.0
// A block is its goroutine's own until another can find it; what is written behind that races, and before it if the pointer
// was not handed over in order.
// RACE: write B, read D
// RACE: write A, read C
#include "litmus.h"

struct box {
  int early, late;
};
static void *place;

NOINLINE static void make(void) {
  struct box *b = malloc(sizeof *b);
  if (!b) abort();
  b->early = 1;  // @B
  litmus_set(&place, b);
  b->late = 2;  // @A
}

NOINLINE static long look(void) {
  struct box *b = litmus_get(&place);
  long early = b->early;  // @D
  use(early);
  return early + b->late;  // @C
}

static void writer(void) {
  make();
  next();
}

int main(void) {
  go(writer);
  turn(1);
  use(look());
}
