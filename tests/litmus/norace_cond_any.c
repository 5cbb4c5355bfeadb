// SPDX-License-Identifier: Apache-2.0
// A wait on a cond over any lock has the edges of that lock.
#include "litmus.h"

int x;
chan(char) gate;
cond changed;

static void lock(void *l) { chan_send(gate, 0); }
static void unlock(void *l) { chan_recv(gate, NULL); }

static void writer(void) {
  settle();
  lock(NULL);
  x = 1;
  cond_signal(&changed);
  unlock(NULL);
}

int main(void) {
  gate = chan_make(char, 1);
  go(writer);
  lock(NULL);
  while (!x) cr_cond_wait_any(&changed, unlock, lock, NULL);
  x = 2;
  unlock(NULL);
}
