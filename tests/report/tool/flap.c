// SPDX-License-Identifier: Apache-2.0
// flap.c: a write and a read that race, in the order that LITMUS_ORDER says, at addresses that change.
#include "../../litmus/litmus.h"

static inline __attribute__((always_inline)) void put(long *p) { *p = 1; }

static void writer(long *p) {
  racer(0);
  put(p);
  next();
}

static void reader(long *volatile p) {
  racer(1);
  use(*p);
  next();
}

int main(void) {
  long *p = malloc(sizeof *p + (size_t)getenv("LITMUS_ORDER")[0]);
  go(writer, p);
  go(reader, p);
  turn(2);
}
