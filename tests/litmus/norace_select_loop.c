// SPDX-License-Identifier: Apache-2.0
// A select loop over a data channel and a quit channel, the usual shape.
#include "litmus.h"

int sum, done;

static void collector(chan(int *) in, chan(int) quit, waitgroup *wg) {
  for (int running = 1; running;) {
    int *p, v;
    select {
      on_recv (in, &p) {
        sum += *p;
        *p = 0;
        free(p);
      }
      on_recv (quit, &v) {
        done = sum;
        running = 0;
      }
    }
  }
  wg_done(wg);
}

int main(void) {
  chan(int *) in = chan_make(int *, 0);
  chan(int) quit = chan_make(int, 0);
  waitgroup wg = {0};
  wg_add(&wg, 1);
  go(collector, in, quit, &wg);
  for (int i = 0; i < 50; i++) {
    int *p = malloc(sizeof *p);
    *p = i;
    chan_send(in, p);
  }
  chan_send(quit, 1);
  wg_wait(&wg);
  if (done != 1225) return 3;
}
