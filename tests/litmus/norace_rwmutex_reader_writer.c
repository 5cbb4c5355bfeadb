// SPDX-License-Identifier: Apache-2.0
// Every reader's unlock happens before the next writer's lock.
#include "litmus.h"

int x = 1;

static void reader(rwmutex *rw) {
  rw_rlock(rw);
  use(x);
  rw_runlock(rw);
  next();
}

int main(void) {
  static rwmutex rw;
  for (int i = 0; i < 5; i++) go(reader, &rw);
  turn(5);
  rw_lock(&rw);
  x = 2;
  rw_unlock(&rw);
}
