// SPDX-License-Identifier: Apache-2.0
// Close marks the queue under the lock and drains it without.
#include <crun/crun.h>
#include <crun/short.h>

struct queue {
  mutex mu;
  bool closed;  // under mu
  int drained;
  chan(int) items;
};

static void produce(struct queue *q, chan(char) half) {
  for (int i = 0;; i++) {
    if (i == 2) chan_recv(half, NULL);  // two are in
    mutex_lock(&q->mu);
    bool closed = q->closed;
    mutex_unlock(&q->mu);
    if (closed) break;
    chan_send(q->items, i);
  }
  chan_close(q->items);
}

static void queue_close(struct queue *q, chan(char) half) {
  mutex_lock(&q->mu);
  q->closed = true;
  mutex_unlock(&q->mu);
  chan_send(half, 1);
  for_chan (int, i, q->items) q->drained++;
}

int main(void) {
  struct queue q = {.items = chan_make(int, 8)};
  chan(char) half = chan_make(char);
  go(produce, &q, half);
  while (chan_len(q.items) < 2) go_yield();
  queue_close(&q, half);
  return q.drained != 2;
}
