// SPDX-License-Identifier: Apache-2.0
// The item is added and signalled without the lock, just between the consumer's look and its wait.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: [sync.Cond.Wait]
// stderr: queue_take(...)
#include <crun/crun.h>
#include <crun/short.h>

struct queue {
  mutex mu;
  cond added;
  _Atomic int n;
  chan(char) looked, go_on;  // hold the consumer between its look and its wait
};

static void queue_add(struct queue *q) {
  q->n++;
  cond_signal(&q->added);
}

static void producer(struct queue *q) {
  chan_recv(q->looked, NULL);
  queue_add(q);
  chan_send(q->go_on, 1);
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
