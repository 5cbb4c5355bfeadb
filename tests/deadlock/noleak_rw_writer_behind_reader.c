// SPDX-License-Identifier: Apache-2.0
// A reader copies what it needs and gives its read lock up.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdlib.h>

#include "quiet.h"

struct table {
  rwmutex rw;
  int rows;  // under rw
};

static void stream(struct table *t, chan(char) inside, chan(int) client) {
  rw_rlock(&t->rw);
  chan_close(inside);
  int rows = t->rows;
  rw_runlock(&t->rw);
  chan_try_send(client, rows);
}

static void update(struct table *t) {
  rw_lock(&t->rw);
  t->rows++;
  rw_unlock(&t->rw);
}

static void serve(void) {
  struct table *t = calloc(1, sizeof *t);
  chan(char) inside = chan_make(char);
  go(stream, t, inside, chan_make(int));
  chan_recv(inside, NULL);
  go(update, t);
}

int main(void) {
  serve();
  quiet();
  return 0;
}
