// SPDX-License-Identifier: Apache-2.0
// A condition variable in its usual shape: the edges are its mutex's.
#include "litmus.h"

mutex mu;
cond cv;
int ready, x;

static void producer(void) {
  x = 1;
  mutex_lock(&mu);
  ready = 1;
  cond_signal(&cv);
  mutex_unlock(&mu);
}

int main(void) {
  mutex_lock(&mu);
  go(producer);
  while (!ready) cond_wait(&cv, &mu);
  mutex_unlock(&mu);
  x = 2;
}
