// SPDX-License-Identifier: Apache-2.0
// A cache's put makes room by evict_locked, which takes no lock.
#include <crun/crun.h>
#include <crun/short.h>

enum { ROOM = 2 };

struct cache {
  mutex mu;
  int used;          // under mu
  int keys[ROOM];    // under mu
};

static void evict_locked(struct cache *c) { c->used--; }

static void cache_put(struct cache *c, int key) {
  mutex_lock(&c->mu);
  if (c->used == ROOM) evict_locked(c);
  c->keys[c->used++] = key;
  mutex_unlock(&c->mu);
}

int main(void) {
  static struct cache c;
  for (int key = 0; key < 5; key++) cache_put(&c, key);
  return c.used != ROOM;
}
