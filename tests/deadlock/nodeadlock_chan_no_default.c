// SPDX-License-Identifier: Apache-2.0
// A cache tells its cleaner "there is work" by a try_send: a hint that is already there is enough.
#include <crun/crun.h>
#include <crun/short.h>

struct cache {
  chan(int) dirty;  // a hint: at most one is pending
  int entries;
};

static void cache_put(struct cache *c) {
  c->entries++;
  chan_try_send(c->dirty, 1);
}

static void clean(struct cache *c, chan(int) cleaned) {
  int hints = 0;
  for_chan (int, hint, c->dirty) hints += hint;
  chan_send(cleaned, hints);
}

int main(void) {
  struct cache c = {chan_make(int, 1), 0};
  chan(int) cleaned = chan_make(int);
  int hints;
  for (int i = 0; i < 3; i++) cache_put(&c);  // filled before the cleaner starts
  go(clean, &c, cleaned);
  chan_close(c.dirty);
  chan_recv(cleaned, &hints);
  return hints != 1;
}
