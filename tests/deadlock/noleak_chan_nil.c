// SPDX-License-Identifier: Apache-2.0
// A watcher is handed its channel after that is made.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdlib.h>

#include "quiet.h"

struct watcher {
  chan(int) events;
};

static void watch(chan(int) events) {
  for_chan (int, e, events) (void)e;
}

static struct watcher *watcher_new(void) {
  struct watcher *w = calloc(1, sizeof *w);
  w->events = chan_make(int, 1);
  go(watch, w->events);
  return w;
}

int main(void) {
  struct watcher *w = watcher_new();
  chan_close(w->events);
  quiet();
  free(w);
  return 0;
}
