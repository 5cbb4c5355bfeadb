// SPDX-License-Identifier: Apache-2.0
// A loop ranges over a ticker's channel, which a stop does not close.
// exit: 67
// finding: leak unreachable: expire
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
  for_chan (int64_t, now, cr_ticker_chan(c->ticker)) chan_try_send(c->ticks, n += now > 0);
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
  c = NULL;
  quiet();
  return c != NULL;
}
