// SPDX-License-Identifier: Apache-2.0
// Stop sends one token on the quit channel of three workers instead of closing it.
// exit: 67
// finding: leak unreachable: worker
#include <crun/crun.h>
#include <crun/short.h>
#include <stdlib.h>

#include "quiet.h"

struct pool {
  chan(int) jobs;
  chan(char) quit;
};

static void worker(chan(int) jobs, chan(char) quit) {
  for (bool go_on = true; go_on;) {
    select {
      on_recv(jobs, NULL) {}
      on_recv(quit, NULL) { go_on = false; }
    }
  }
}

static struct pool *pool_start(int n) {
  struct pool *p = malloc(sizeof *p);
  p->jobs = chan_make(int);
  p->quit = chan_make(char);
  for (int i = 0; i < n; i++) go(worker, p->jobs, p->quit);
  return p;
}

static void pool_stop(struct pool *p) {
  chan_send(p->quit, 1);
  free(p);
}

int main(void) {
  struct pool *p = pool_start(3);
  for (int j = 0; j < 4; j++) chan_send(p->jobs, j);
  pool_stop(p);
  quiet();
  return 0;
}
