// SPDX-License-Identifier: Apache-2.0
// Stop closes the quit channel and wakes the worker from its cond.
#include <crun/crun.h>
#include <crun/short.h>

struct engine {
  mutex mu;
  cond work;
  int jobs;  // under mu
  chan(char) quit, ended;
};

static bool quitting(struct engine *e) {
  bool ok;
  return chan_try_recv_ok(e->quit, NULL, &ok);
}

static void worker(struct engine *e) {
  mutex_lock(&e->mu);
  while (!quitting(e)) {
    if (e->jobs > 0) e->jobs--;
    else cond_wait(&e->work, &e->mu);
  }
  mutex_unlock(&e->mu);
  chan_close(e->ended);
}

static void stop(struct engine *e) {
  mutex_lock(&e->mu);
  chan_close(e->quit);
  cond_broadcast(&e->work);
  mutex_unlock(&e->mu);
  chan_recv(e->ended, NULL);
}

static bool idle(struct engine *e) {
  mutex_lock(&e->mu);
  defer(cr_mutex_unlock, &e->mu);
  return e->jobs == 0;
}

int main(void) {
  struct engine e = {.jobs = 3, .quit = chan_make(char), .ended = chan_make(char)};
  go(worker, &e);
  while (!idle(&e)) go_yield();  // the lock is free and no job is left: it waits
  stop(&e);
  return 0;
}
