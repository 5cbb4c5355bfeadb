// SPDX-License-Identifier: Apache-2.0
// A timer is armed, and a goroutine waits on its channel: it will go on and wake the rest.
#include <crun/crun.h>
#include <crun/short.h>

static void waits(cr_timer *t, chan(int) out) {
  chan_recv(timer_chan(t), NULL);
  chan_send(out, 1);
}

int main(void) {
  cr_timer *t = timer_new(5 * CR_MILLISECOND);
  chan(int) out = chan_make(int);
  go(waits, t, out);
  chan_recv(out, NULL);
  return 0;
}
