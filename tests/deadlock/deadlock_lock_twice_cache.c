// SPDX-License-Identifier: Apache-2.0
// A cache's put makes room by evict, which takes the lock that put holds.
// exit: 2
// finding: deadlock self-deadlock: evict, cache_put
// stderr: fatal error: all goroutines are asleep - deadlock!
#include <crun/crun.h>
#include <crun/short.h>

enum { ROOM = 2 };

struct cache {
  mutex mu;
  int used;          // under mu
  int keys[ROOM];    // under mu
};

static void evict(struct cache *c) {
  mutex_lock(&c->mu);
  c->used--;
  mutex_unlock(&c->mu);
}

static void cache_put(struct cache *c, int key) {
  mutex_lock(&c->mu);
  if (c->used == ROOM) evict(c);
  c->keys[c->used++] = key;
  mutex_unlock(&c->mu);
}

int main(void) {
  static struct cache c;
  for (int key = 0; key < 5; key++) cache_put(&c, key);
  return c.used != ROOM;
}
