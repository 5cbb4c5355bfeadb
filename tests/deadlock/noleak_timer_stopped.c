// SPDX-License-Identifier: Apache-2.0
// The timer is reset when the session is renewed, and fires.
#include <crun/crun.h>
#include <crun/short.h>
#include <stdlib.h>

#include "quiet.h"

static void expire(cr_timer *t, chan(int) expired) {
  chan_recv(timer_chan(t), NULL);
  chan_send(expired, 1);
}

static void session(void) {
  cr_timer *t = timer_new(CR_HOUR);
  chan(int) expired = chan_make(int, 1);
  go(expire, t, expired);
  timer_reset(t, CR_MILLISECOND);
  chan_recv(expired, NULL);
}

int main(void) {
  session();
  quiet();
  return 0;
}
