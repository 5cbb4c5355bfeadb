// SPDX-License-Identifier: Apache-2.0
// A critical section carries what came before it over to the next one.
#include "litmus.h"

int x;

static void writer(mutex *mu) {
  x = 1;
  mutex_lock(mu);
  mutex_unlock(mu);
  next();
}

int main(void) {
  static mutex mu;
  go(writer, &mu);
  turn(1);
  mutex_lock(&mu);
  mutex_unlock(&mu);
  x = 2;
}
