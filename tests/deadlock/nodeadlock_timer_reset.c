// SPDX-License-Identifier: Apache-2.0
// An idle timer that is reset by each event and fires when no more come.
#include <crun/crun.h>
#include <crun/short.h>

static void events(chan(int) out) {
  for (int i = 0; i < 20; i++) chan_send(out, i);
}

int main(void) {
  chan(int) in = chan_make(int);
  cr_timer *idle = timer_new(CR_HOUR);
  int n = 0;
  bool fired = false;
  go(events, in);
  while (!fired) {
    select {
      on_recv(in, NULL) {
        n++;
        timer_reset(idle, n < 20 ? CR_HOUR : CR_MILLISECOND);
      }
      on_recv(timer_chan(idle), NULL) { fired = true; }
    }
  }
  timer_free(idle);
  return n != 20;
}
