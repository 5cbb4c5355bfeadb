// SPDX-License-Identifier: Apache-2.0
// A leaked goroutine holds its connection's lock in a send, and others wait for the lock behind it.
// exit: 67
// finding: leak unreachable: notify
// finding: leak unreachable: ping
#include <crun/crun.h>
#include <crun/short.h>
#include <stdlib.h>

#include "quiet.h"

struct conn {
  mutex mu;
  int pings;  // under mu
  chan(int) notices;
};

static void notify(struct conn *c, chan(char) locked) {
  mutex_lock(&c->mu);
  chan_send(locked, 1);
  chan_send(c->notices, c->pings);
  mutex_unlock(&c->mu);
}

static void ping(struct conn *c) {
  mutex_lock(&c->mu);
  c->pings++;
  mutex_unlock(&c->mu);
}

static void session(void) {
  struct conn *c = calloc(1, sizeof *c);
  chan(char) locked = chan_make(char);
  c->notices = chan_make(int);
  go(notify, c, locked);
  chan_recv(locked, NULL);
  for (int i = 0; i < 2; i++) go(ping, c);
}

int main(void) {
  session();
  quiet();
  return 0;
}
