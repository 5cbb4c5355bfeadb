// SPDX-License-Identifier: Apache-2.0
// Two sessions lock each other's in one order while the server goes on serving.
#include <crun/crun.h>
#include <crun/short.h>

struct session {
  int id;
  mutex mu;
  int followers;  // under mu
};

static struct session alice = {.id = 1}, bob = {.id = 2};

static void follow(struct session *me, struct session *other, chan(int) done) {
  mutex_lock(me->id < other->id ? &me->mu : &other->mu);
  mutex_lock(me->id < other->id ? &other->mu : &me->mu);
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
  go(follow, &alice, &bob, done);
  go(follow, &bob, &alice, done);
  go(echo, in, out);
  for (int i = 0; i < 200; i++) {
    chan_send(in, i);
    chan_recv(out, NULL);
  }
  chan_close(in);
  for (int i = 0; i < 2; i++) chan_recv(done, NULL);
  return 0;
}
