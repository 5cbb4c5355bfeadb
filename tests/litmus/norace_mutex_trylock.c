// SPDX-License-Identifier: Apache-2.0
// A trylock that succeeds has the edge of a lock.
#include "litmus.h"

int x;

static void writer(mutex *mu) {
  mutex_lock(mu);
  x = 1;
  mutex_unlock(mu);
  next();
}

int main(void) {
  static mutex mu;
  go(writer, &mu);
  turn(1);
  if (!mutex_trylock(&mu)) return 3;
  x = 2;
  mutex_unlock(&mu);
}
