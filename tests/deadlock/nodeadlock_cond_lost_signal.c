// SPDX-License-Identifier: Apache-2.0
// The item is added and signalled under the lock: never between the consumer's look and its wait.
#include <crun/crun.h>
#include <crun/short.h>

struct queue {
  mutex mu;
  cond added;
  _Atomic int n;
  chan(char) looked, go_on;  // hold the consumer between its look and its wait
};

static void queue_add(struct queue *q) {
  mutex_lock(&q->mu);
  q->n++;
  cond_signal(&q->added);
  mutex_unlock(&q->mu);
}

static void producer(struct queue *q) {
  chan_recv(q->looked, NULL);
  chan_send(q->go_on, 1);
  queue_add(q);
}

static void queue_take(struct queue *q) {
  mutex_lock(&q->mu);
  while (q->n == 0) {
    chan_try_send(q->looked, 1);
    chan_recv(q->go_on, NULL);
    cond_wait(&q->added, &q->mu);
  }
  q->n--;
  mutex_unlock(&q->mu);
}

int main(void) {
  struct queue q = {.looked = chan_make(char, 1), .go_on = chan_make(char)};
  go(producer, &q);
  queue_take(&q);
  return q.n;
}
