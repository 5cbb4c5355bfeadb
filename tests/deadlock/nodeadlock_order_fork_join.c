// SPDX-License-Identifier: Apache-2.0
// Two locks are taken in one order before a goroutine starts, in the other by it, and in the first after its end.
#include <crun/crun.h>
#include <crun/short.h>

static mutex a, b;

static void both(mutex *first, mutex *second) {
  mutex_lock(first);
  mutex_lock(second);
  mutex_unlock(second);
  mutex_unlock(first);
}

static void backward(chan(char) ended) {
  both(&b, &a);
  chan_close(ended);
}

int main(void) {
  chan(char) ended = chan_make(char);
  both(&a, &b);
  go(backward, ended);
  chan_recv(ended, NULL);
  both(&a, &b);
  return 0;
}
