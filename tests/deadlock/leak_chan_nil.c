// SPDX-License-Identifier: Apache-2.0
// A watcher is handed its channel before that is made: it waits on nil.
// exit: 67
// finding: leak unreachable: watch
// stderr: nil chan
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
  go(watch, w->events);
  w->events = chan_make(int, 1);
  return w;
}

int main(void) {
  struct watcher *w = watcher_new();
  chan_close(w->events);
  quiet();
  free(w);
  return 0;
}
