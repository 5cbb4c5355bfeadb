// SPDX-License-Identifier: Apache-2.0
// Workers of an abandoned request stay in their sends, and their closer in its wait.
// exit: 67
// finding: leak unreachable: work
// finding: leak unreachable: closer
#include <crun/crun.h>
#include <crun/short.h>
#include <stdlib.h>

#include "quiet.h"

enum { WORKERS = 3 };

struct request {
  waitgroup wg;
  chan(int) results;
};

static void work(struct request *r, int n) {
  chan_send(r->results, n);
  wg_done(&r->wg);
}

static void closer(struct request *r) {
  wg_wait(&r->wg);
  chan_close(r->results);
}

static int any_result(void) {
  struct request *r = calloc(1, sizeof *r);
  r->results = chan_make(int);
  int v = -1;
  wg_add(&r->wg, WORKERS);
  for (int i = 0; i < WORKERS; i++) go(work, r, i);
  go(closer, r);
  chan_recv(r->results, &v);
  return v;
}

int main(void) {
  int v = any_result();
  quiet();
  return v < 0;
}
