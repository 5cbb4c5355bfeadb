// SPDX-License-Identifier: Apache-2.0
// The starter signals before anybody waits, and the waiter asks for the signal, not for the state.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: [sync.Cond.Wait]
// stderr: wait_started(...)
#include <crun/crun.h>
#include <crun/short.h>

struct service {
  mutex mu;
  cond started;
  bool is_started;  // under mu
};

static void start(struct service *s, chan(int) did) {
  mutex_lock(&s->mu);
  s->is_started = true;
  cond_signal(&s->started);
  mutex_unlock(&s->mu);
  chan_send(did, 1);
}

static void wait_started(struct service *s) {
  mutex_lock(&s->mu);
  cond_wait(&s->started, &s->mu);
  mutex_unlock(&s->mu);
}

int main(void) {
  struct service s = {0};
  chan(int) did = chan_make(int);
  go(start, &s, did);
  chan_recv(did, NULL);
  wait_started(&s);
  return 0;
}
