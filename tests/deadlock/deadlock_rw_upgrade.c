// SPDX-License-Identifier: Apache-2.0
// A reader that misses a key takes the write lock without giving its read lock up.
// exit: 2
// finding: deadlock rwmutex-upgrade: registry_get
// stderr: fatal error: all goroutines are asleep - deadlock!
#include <crun/crun.h>
#include <crun/short.h>

struct registry {
  rwmutex rw;
  int value[8];  // under rw
};

static int registry_get(struct registry *r, int key) {
  rw_rlock(&r->rw);
  int v = r->value[key];
  if (!v) {
    rw_lock(&r->rw);
    v = r->value[key] = key * 10;
    rw_unlock(&r->rw);
  }
  rw_runlock(&r->rw);
  return v;
}

int main(void) {
  static struct registry r;
  return registry_get(&r, 3) != 30 || registry_get(&r, 3) != 30;
}
