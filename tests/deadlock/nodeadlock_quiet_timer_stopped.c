// SPDX-License-Identifier: Apache-2.0
// The function that is to wake everybody comes.
#include <crun/crun.h>
#include <crun/short.h>

static void fire(void *arg) {
  chan(int) *c = arg;
  chan_send(*c, 1);
}

int main(void) {
  chan(int) c = chan_make(int);
  cr_timer *t = go_after_func(20 * CR_MILLISECOND, fire, &c);
  chan_recv(c, NULL);
  timer_free(t);
  return 0;
}
