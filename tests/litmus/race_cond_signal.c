// SPDX-License-Identifier: Apache-2.0
// A signal orders nothing by itself: what was written outside the mutex is not covered.
// RACE: write A, write B
#include "litmus.h"

mutex mu;
cond cv;
int x;

static void producer(void) {
  mutex_lock(&mu);
  mutex_unlock(&mu);
  x = 1;  // @A
  cond_signal(&cv);
}

int main(void) {
  mutex_lock(&mu);
  go(producer);
  cond_wait(&cv, &mu);
  mutex_unlock(&mu);
  x = 2;  // @B
}
