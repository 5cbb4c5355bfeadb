// SPDX-License-Identifier: Apache-2.0
// The producer sends on a full channel under the lock of a cond, and its consumer waits for that lock first.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: produce(...)
// stderr: consume(...)
#include <crun/crun.h>
#include <crun/short.h>

struct feed {
  mutex mu;
  cond resumed;
  bool paused;  // under mu
  chan(int) items;
};

static void produce(struct feed *f, chan(char) ended) {
  mutex_lock(&f->mu);
  f->paused = false;
  cond_broadcast(&f->resumed);
  for (int i = 0; i < 3; i++) chan_send(f->items, i);
  mutex_unlock(&f->mu);
  chan_close(f->items);
  chan_close(ended);
}

static int consume(struct feed *f) {
  int sum = 0;
  for_chan (int, item, f->items) {
    mutex_lock(&f->mu);
    while (f->paused) cond_wait(&f->resumed, &f->mu);
    mutex_unlock(&f->mu);
    sum += item;
  }
  return sum;
}

int main(void) {
  struct feed f = {.paused = true, .items = chan_make(int)};
  chan(char) ended = chan_make(char);
  go(produce, &f, ended);
  int sum = consume(&f);
  chan_recv(ended, NULL);
  return sum != 3;
}
