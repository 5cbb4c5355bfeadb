// SPDX-License-Identifier: Apache-2.0
// An event loop that handles what follows from an event itself.
#include <crun/crun.h>
#include <crun/short.h>

enum event { START, RETRY, STOP };

struct loop {
  chan(enum event) events;
  chan(int) ended;
  int handled;
};

static void handle(struct loop *l, enum event e) {
  l->handled++;
  if (e == START) handle(l, RETRY);
}

static void loop_run(struct loop *l) {
  for_chan (enum event, e, l->events) {
    if (e == STOP) break;
    handle(l, e);
  }
  chan_send(l->ended, l->handled);
}

int main(void) {
  struct loop l = {chan_make(enum event), chan_make(int), 0};
  int handled;
  go(loop_run, &l);
  chan_send(l.events, START);
  chan_send(l.events, STOP);
  chan_recv(l.ended, &handled);
  return handled != 2;
}
