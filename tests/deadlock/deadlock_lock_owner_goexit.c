// SPDX-License-Identifier: Apache-2.0
// A handler ends its goroutine by goexit while it holds the connection's lock; the next one waits behind it.
// exit: 2
// finding: deadlock owner-ended: handle
// stderr: fatal error: all goroutines are asleep - deadlock!
#include <crun/crun.h>
#include <crun/short.h>

struct conn {
  mutex mu;
  int served;  // under mu
};

static void reply(struct conn *c, int status) {
  if (status >= 500) cr_goexit();
  c->served++;
}

static void handle(struct conn *c, int status, waitgroup *wg) {
  defer(cr_waitgroup_done, wg);
  mutex_lock(&c->mu);
  reply(c, status);
  mutex_unlock(&c->mu);
}

int main(void) {
  static struct conn c;
  static const int status[] = {200, 503, 200};
  for (int i = 0; i < 3; i++) {
    waitgroup wg = {0};
    wg_add(&wg, 1);
    go(handle, &c, status[i], &wg);
    wg_wait(&wg);
    while (cr_num_goroutines() > 1) go_yield();
  }
  return c.served != 2;
}
