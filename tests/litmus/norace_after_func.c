// SPDX-License-Identifier: Apache-2.0
// cr_after_func happens before the start of its function, and a reset before the next one.
#include "litmus.h"

int x;

static void runs(void *done) {
  if (++x != 1 && x != 3) exit(3);
  chan_send((chan(int))(uintptr_t)done, 1);
}

int main(void) {
  chan(int) done = chan_make(int);
  x = 0;
  cr_timer *t = cr_after_func(1, runs, (void *)(uintptr_t)done);
  chan_recv(done, NULL);
  x++;
  cr_timer_reset(t, -1);
  chan_recv(done, NULL);
  cr_timer_free(t);
}
