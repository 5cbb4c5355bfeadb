// SPDX-License-Identifier: Apache-2.0
// A client waits for its answer without the lock.
#include <crun/crun.h>
#include <crun/short.h>

enum { CALLS = 8 };

struct client {
  mutex mu;
  chan(int) pending[CALLS];  // under mu
  chan(int) wire;            // what the server answers: the number of the call
};

static void read_answers(struct client *c) {
  for_chan (int, id, c->wire) {
    mutex_lock(&c->mu);
    chan(int) reply = c->pending[id];
    mutex_unlock(&c->mu);
    chan_send(reply, id * id);
  }
}

static int call(struct client *c, int id) {
  int v;
  mutex_lock(&c->mu);
  chan(int) reply = c->pending[id] = chan_make(int, 1);
  mutex_unlock(&c->mu);
  chan_send(c->wire, id);
  chan_recv(reply, &v);
  return v;
}

int main(void) {
  static struct client c;
  c.wire = chan_make(int);
  go(read_answers, &c);
  int v = call(&c, 5);
  chan_close(c.wire);
  return v != 25;
}
