// SPDX-License-Identifier: Apache-2.0
// Stop waits for the loop's end under the lock that the loop takes once more before it ends.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: stop(...)
// stderr: run(...)
#include <crun/crun.h>
#include <crun/short.h>

struct poller {
  mutex mu;
  bool running;  // under mu
  chan(char) quit, ended;
};

static void run(struct poller *p) {
  chan_recv(p->quit, NULL);
  mutex_lock(&p->mu);
  p->running = false;
  mutex_unlock(&p->mu);
  chan_close(p->ended);
}

static void stop(struct poller *p) {
  mutex_lock(&p->mu);
  bool running = p->running;
  if (running) {
    chan_close(p->quit);
    chan_recv(p->ended, NULL);
  }
  mutex_unlock(&p->mu);
}

int main(void) {
  struct poller p = {.running = true, .quit = chan_make(char), .ended = chan_make(char)};
  go(run, &p);
  stop(&p);
  return p.running;
}
