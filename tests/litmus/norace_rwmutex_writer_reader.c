// SPDX-License-Identifier: Apache-2.0
// A writer's unlock happens before a reader's lock.
#include "litmus.h"

int x;

static void writer(rwmutex *rw) {
  rw_lock(rw);
  x = 1;
  rw_unlock(rw);
  next();
}

int main(void) {
  static rwmutex rw;
  go(writer, &rw);
  turn(1);
  rw_rlock(&rw);
  use(x);
  rw_runlock(&rw);
}
