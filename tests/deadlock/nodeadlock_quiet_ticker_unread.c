// SPDX-License-Identifier: Apache-2.0
// A ticker ticks, and a goroutine reads it and goes on with the rest.
#include <crun/crun.h>
#include <crun/short.h>

static void beats(cr_ticker *t, chan(int) out) {
  for (int i = 0; i < 3; i++) chan_recv(cr_ticker_chan(t), NULL);
  chan_send(out, 1);
}

int main(void) {
  cr_ticker *t = ticker_new(CR_MILLISECOND);
  chan(int) out = chan_make(int, 1);
  go(beats, t, out);
  chan_recv(out, NULL);
  return 0;
}
