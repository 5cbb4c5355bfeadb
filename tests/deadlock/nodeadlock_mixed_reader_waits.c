// SPDX-License-Identifier: Apache-2.0
// A reader waits for the value first and takes its read lock then.
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
  chan_recv(g->updated, NULL);
  rw_rlock(&g->rw);
  int v = g->value;
  rw_runlock(&g->rw);
  return v;
}

int main(void) {
  static struct gauge g;
  g.updated = chan_make(int);
  go(update, &g, 7);
  return latest(&g) != 7;
}
