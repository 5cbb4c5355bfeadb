// SPDX-License-Identifier: Apache-2.0
// The producer gives the lock up before it sends.
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
  mutex_unlock(&f->mu);
  for (int i = 0; i < 3; i++) chan_send(f->items, i);
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
