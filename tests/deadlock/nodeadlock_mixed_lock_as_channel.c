// SPDX-License-Identifier: Apache-2.0
// Two peers hand each other the turn by channels alone.
#include <crun/crun.h>
#include <crun/short.h>

enum { TURNS = 5 };

struct table {
  chan(int) to_ping, to_pong;
  int hits;
};

static void ping(struct table *t) {
  for (int i = 0; i < TURNS; i++) {
    t->hits++;
    chan_send(t->to_pong, i);
    chan_recv(t->to_ping, NULL);
  }
  chan_close(t->to_pong);
}

static void pong(struct table *t, chan(char) ended) {
  for_chan (int, i, t->to_pong) {
    t->hits++;
    chan_send(t->to_ping, i);
  }
  chan_close(ended);
}

int main(void) {
  struct table t = {.to_ping = chan_make(int), .to_pong = chan_make(int)};
  chan(char) ended = chan_make(char);
  go(ping, &t);
  go(pong, &t, ended);
  chan_recv(ended, NULL);
  return t.hits != 2 * TURNS;
}
