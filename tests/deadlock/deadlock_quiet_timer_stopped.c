// SPDX-License-Identifier: Apache-2.0
// The function that was to wake everybody is stopped before its time.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: main(...)
#include <crun/crun.h>
#include <crun/short.h>

static void fire(void *arg) {
  chan(int) *c = arg;
  chan_send(*c, 1);
}

int main(void) {
  chan(int) c = chan_make(int);
  cr_timer *t = go_after_func(20 * CR_MILLISECOND, fire, &c);
  timer_stop(t);
  chan_recv(c, NULL);
  timer_free(t);
  return 0;
}
