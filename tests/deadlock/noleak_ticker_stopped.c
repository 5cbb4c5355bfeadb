// SPDX-License-Identifier: Apache-2.0
// The loop ends by a channel of its own.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdlib.h>

#include "quiet.h"

struct cache {
  cr_ticker *ticker;
  chan(int) ticks;  // how many there were
  chan(char) quit;
};

static void expire(struct cache *c) {
  int n = 0;
  for (bool go_on = true; go_on;) {
    select {
      on_recv(cr_ticker_chan(c->ticker), NULL) { chan_try_send(c->ticks, ++n); }
      on_recv(c->quit, NULL) { go_on = false; }
    }
  }
}

static struct cache *cache_new(void) {
  struct cache *c = malloc(sizeof *c);
  *c = (struct cache){ticker_new(CR_MILLISECOND), chan_make(int, 1), chan_make(char)};
  go(expire, c);
  return c;
}

int main(void) {
  struct cache *c = cache_new();
  chan_recv(c->ticks, NULL);
  ticker_stop(c->ticker);
  chan_close(c->quit);
  quiet();
  return 0;
}
