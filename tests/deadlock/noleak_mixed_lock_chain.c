// SPDX-License-Identifier: Apache-2.0
// The notice is sent without the connection's lock, on a channel that has room.
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
  int n = c->pings;
  mutex_unlock(&c->mu);
  chan_send(c->notices, n);
}

static void ping(struct conn *c) {
  mutex_lock(&c->mu);
  c->pings++;
  mutex_unlock(&c->mu);
}

static void session(void) {
  struct conn *c = calloc(1, sizeof *c);
  chan(char) locked = chan_make(char);
  c->notices = chan_make(int, 1);
  go(notify, c, locked);
  chan_recv(locked, NULL);
  for (int i = 0; i < 2; i++) go(ping, c);
}

int main(void) {
  session();
  quiet();
  return 0;
}
