// SPDX-License-Identifier: Apache-2.0
// A reader that misses a key gives its read lock up, and looks again under the write lock.
#include <crun/crun.h>
#include <crun/short.h>

struct registry {
  rwmutex rw;
  int value[8];  // under rw
};

static int registry_get(struct registry *r, int key) {
  rw_rlock(&r->rw);
  int v = r->value[key];
  rw_runlock(&r->rw);
  if (v) return v;
  rw_lock(&r->rw);
  if (!r->value[key]) r->value[key] = key * 10;
  v = r->value[key];
  rw_unlock(&r->rw);
  return v;
}

int main(void) {
  static struct registry r;
  return registry_get(&r, 3) != 30 || registry_get(&r, 3) != 30;
}
