// SPDX-License-Identifier: Apache-2.0
// One goroutine takes two locks in one order and later in the other: alone it cannot deadlock.
#include <crun/crun.h>
#include <crun/short.h>

static mutex a, b;

static void both(mutex *first, mutex *second) {
  mutex_lock(first);
  mutex_lock(second);
  mutex_unlock(second);
  mutex_unlock(first);
}

int main(void) {
  for (int i = 0; i < 10; i++) {
    both(&a, &b);
    both(&b, &a);
  }
  return 0;
}
