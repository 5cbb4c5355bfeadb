// SPDX-License-Identifier: Apache-2.0
// What a reader does after its unlock is not protected from the writer.
// RACE: read A, write B
#include "litmus.h"

int x;

static void reader(rwmutex *rw) {
  rw_rlock(rw);
  rw_runlock(rw);
  next();
  turn(1 + litmus_order());
  use(x);  // @A
  next();
}

int main(void) {
  static rwmutex rw;
  go(reader, &rw);
  turn(2 - litmus_order());
  rw_lock(&rw);
  x = 1;  // @B
  rw_unlock(&rw);
  next();
  turn(3);
}
