// SPDX-License-Identifier: Apache-2.0
// Put waits for room without the lock.
#include <crun/crun.h>
#include <crun/short.h>

enum { ROOM = 2, ITEMS = 5 };

struct queue {
  mutex mu;
  chan(int) items;
  int in, out;  // under mu
};

static void put(struct queue *q, int v) {
  mutex_lock(&q->mu);
  q->in++;
  mutex_unlock(&q->mu);
  chan_send(q->items, v);
}

static int take(struct queue *q) {
  int v;
  mutex_lock(&q->mu);
  q->out++;
  mutex_unlock(&q->mu);
  chan_recv(q->items, &v);
  return v;
}

static void consumer(struct queue *q, chan(int) sums) {
  int sum = 0;
  while (chan_len(q->items) < ROOM) go_yield();  // a slow start
  for (int i = 0; i < ITEMS; i++) sum += take(q);
  chan_send(sums, sum);
}

int main(void) {
  struct queue q = {.items = chan_make(int, ROOM)};
  chan(int) sums = chan_make(int);
  int sum;
  go(consumer, &q, sums);
  for (int i = 0; i < ITEMS; i++) put(&q, i);
  chan_recv(sums, &sum);
  return sum != 10;
}
