// SPDX-License-Identifier: Apache-2.0
// Two sessions lock each other's while the server goes on serving and ends: no quiescence, only the cycle.
// exit: 2
// finding: deadlock mutex-cycle: follow
// stderr: WARNING: DEADLOCK: 2 goroutines wait for each other's locks
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

struct session {
  int id;
  mutex mu;
  int followers;  // under mu
};

static struct session alice = {.id = 1}, bob = {.id = 2};
static waitgroup both;  // each has its own lock

static void follow(struct session *me, struct session *other, chan(int) done) {
  mutex_lock(&me->mu);
  wg_done(&both);
  wg_wait(&both);
  mutex_lock(&other->mu);
  other->followers++;
  mutex_unlock(&other->mu);
  mutex_unlock(&me->mu);
  chan_send(done, 1);
}

static void echo(chan(int) in, chan(int) out) {
  for_chan (int, v, in) chan_send(out, v);
  chan_close(out);
}

int main(void) {
  static chan(int) done;
  chan(int) in = chan_make(int), out = chan_make(int);
  done = chan_make(int, 2);
  wg_add(&both, 2);
  go(follow, &alice, &bob, done);
  go(follow, &bob, &alice, done);
  go(echo, in, out);
  wg_wait(&both);
  for (int i = 0; i < 200; i++) {
    chan_send(in, i);
    chan_recv(out, NULL);
  }
  chan_close(in);
  quiet();
  return 0;
}
