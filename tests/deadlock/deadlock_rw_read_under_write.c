// SPDX-License-Identifier: Apache-2.0
// A setter holds the write lock and calls the getter, which takes the read lock of the same rwmutex.
// exit: 2
// finding: deadlock self-deadlock: limit_get, limit_raise
// stderr: fatal error: all goroutines are asleep - deadlock!
#include <crun/crun.h>
#include <crun/short.h>

struct limit {
  rwmutex rw;
  int n;  // under rw
};

static int limit_get(struct limit *l) {
  rw_rlock(&l->rw);
  int n = l->n;
  rw_runlock(&l->rw);
  return n;
}

static void limit_raise(struct limit *l, int by) {
  rw_lock(&l->rw);
  l->n = limit_get(l) + by;
  rw_unlock(&l->rw);
}

int main(void) {
  static struct limit l = {.n = 1};
  limit_raise(&l, 2);
  return limit_get(&l) != 3;
}
