// SPDX-License-Identifier: Apache-2.0
// A queue is closed before it is dropped.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdlib.h>

#include "quiet.h"

struct queue {
  mutex mu;
  cond changed;
  int n;        // under mu
  bool closed;  // under mu
};

static void consume(struct queue *q) {
  mutex_lock(&q->mu);
  while (!q->closed || q->n > 0) {
    if (q->n > 0) q->n--;
    else cond_wait(&q->changed, &q->mu);
  }
  mutex_unlock(&q->mu);
  free(q);
}

static void use_queue(void) {
  struct queue *q = calloc(1, sizeof *q);
  go(consume, q);
  mutex_lock(&q->mu);
  q->n = 3;
  q->closed = true;
  cond_signal(&q->changed);
  mutex_unlock(&q->mu);
}

int main(void) {
  use_queue();
  quiet();
  return 0;
}
