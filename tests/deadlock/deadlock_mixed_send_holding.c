// SPDX-License-Identifier: Apache-2.0
// A store sends a change notice under its lock, and the listener reads the store before it takes the next notice.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: store_set(...)
// stderr: store_get(...)
#include <crun/crun.h>
#include <crun/short.h>

struct store {
  mutex mu;
  int value;  // under mu
  chan(int) changes;
};

static void store_set(struct store *s, int v) {
  mutex_lock(&s->mu);
  s->value = v;
  chan_send(s->changes, v);
  mutex_unlock(&s->mu);
}

static int store_get(struct store *s) {
  mutex_lock(&s->mu);
  int v = s->value;
  mutex_unlock(&s->mu);
  return v;
}

static void listener(struct store *s, chan(int) ended) {
  int n = 0;
  for_chan (int, change, s->changes) n += store_get(s) >= change;
  chan_send(ended, n);
}

int main(void) {
  struct store s = {.changes = chan_make(int)};
  chan(int) ended = chan_make(int);
  int n;
  go(listener, &s, ended);
  for (int v = 1; v <= 3; v++) store_set(&s, v);
  chan_close(s.changes);
  chan_recv(ended, &n);
  return n != 3;
}
