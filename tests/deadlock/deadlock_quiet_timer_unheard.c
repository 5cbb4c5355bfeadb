// SPDX-License-Identifier: Apache-2.0
// A timer is armed for an hour and nobody waits on its channel: it can wake nobody.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: main(...)
#include <crun/crun.h>
#include <crun/short.h>

static void waits(cr_timer *t, chan(int) out) {
  if (chan_recv(out, NULL)) timer_stop(t);
}

int main(void) {
  cr_timer *t = timer_new(CR_HOUR);
  chan(int) out = chan_make(int);
  go(waits, t, out);
  chan_recv(out, NULL);
  return 0;
}
