// SPDX-License-Identifier: Apache-2.0
// The closer of a result channel waits for a group that was raised once too often.
// exit: 67
// finding: leak unreachable: closer
#include <crun/crun.h>
#include <crun/short.h>
#include <stdlib.h>

#include "quiet.h"

struct job {
  waitgroup wg;
  chan(int) results;
};

static void work(struct job *j, int n) {
  chan_send(j->results, n);
  wg_done(&j->wg);
}

static void closer(struct job *j) {
  wg_wait(&j->wg);
  chan_close(j->results);
}

static int run(int n) {
  struct job *j = calloc(1, sizeof *j);
  int sum = 0, v;
  j->results = chan_make(int, n);
  wg_add(&j->wg, n + 1);  // one for the closer
  for (int i = 0; i < n; i++) go(work, j, i);
  go(closer, j);
  for (int i = 0; i < n; i++) {
    chan_recv(j->results, &v);
    sum += v;
  }
  return sum;
}

int main(void) {
  int sum = run(4);
  quiet();
  return sum != 6;
}
