// SPDX-License-Identifier: Apache-2.0
// A reader waits under its read lock for a value that a writer would send after its update.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: [sync.RWMutex.Lock]
// stderr: latest(...)
// stderr: update(...)
#include <crun/crun.h>
#include <crun/short.h>

struct gauge {
  rwmutex rw;
  int value;  // under rw
  chan(int) updated;
};

static void update(struct gauge *g, int v) {
  rw_lock(&g->rw);
  g->value = v;
  rw_unlock(&g->rw);
  chan_send(g->updated, 1);
}

static int latest(struct gauge *g) {
  rw_rlock(&g->rw);
  go(update, g, 7);
  chan_recv(g->updated, NULL);
  int v = g->value;
  rw_runlock(&g->rw);
  return v;
}

int main(void) {
  static struct gauge g;
  g.updated = chan_make(int);
  return latest(&g) != 7;
}
