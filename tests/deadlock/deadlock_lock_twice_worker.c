// SPDX-License-Identifier: Apache-2.0
// A worker locks its shard twice while the program goes on and ends: only the cycle tells.
// exit: 2
// finding: deadlock self-deadlock: shard_sum, worker
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

struct shard {
  mutex mu;
  int v[4];  // under mu
};

static int shard_sum(struct shard *s) {
  mutex_lock(&s->mu);
  int sum = 0;
  for (int i = 0; i < 4; i++) sum += s->v[i];
  mutex_unlock(&s->mu);
  return sum;
}

static void worker(struct shard *s, chan(int) sums) {
  mutex_lock(&s->mu);
  int sum = shard_sum(s);
  mutex_unlock(&s->mu);
  chan_send(sums, sum);
}

int main(void) {
  static struct shard s = {.v = {1, 2, 3, 4}};
  chan(int) sums = chan_make(int, 1);
  int sum = 0;
  go(worker, &s, sums);
  quiet();  // the rest of the program's life
  return sum;
}
