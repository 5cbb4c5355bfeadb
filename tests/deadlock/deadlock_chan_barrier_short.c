// SPDX-License-Identifier: Apache-2.0
// A barrier for the number of configured workers, of which one was never started: the others wait at it.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: barrier_wait(...)
#include <crun/crun.h>
#include <crun/short.h>

enum { WORKERS = 4 };

struct barrier {
  mutex mu;
  int missing;      // under mu
  chan(char) open;  // closed by the last to come
};

static void barrier_wait(struct barrier *b) {
  mutex_lock(&b->mu);
  bool last = --b->missing == 0;
  mutex_unlock(&b->mu);
  if (last) chan_close(b->open);
  chan_recv(b->open, NULL);
}

static void worker(struct barrier *b, waitgroup *wg) {
  defer(cr_waitgroup_done, wg);
  barrier_wait(b);
}

int main(void) {
  struct barrier b = {.missing = WORKERS, .open = chan_make(char)};
  waitgroup wg = {0};
  for (int i = 1; i < WORKERS; i++) {
    wg_add(&wg, 1);
    go(worker, &b, &wg);
  }
  wg_wait(&wg);
  return 0;
}
