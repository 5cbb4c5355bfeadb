// SPDX-License-Identifier: Apache-2.0
// The select that was to give up after a while left by another case; its timer is still armed, and nobody hears it.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: main(...)
#include <crun/crun.h>
#include <crun/short.h>

static void asks(chan(int) in, chan(int) out) {
  chan(int64_t) late = go_after(CR_HOUR);
  select {
    on_recv(in, NULL) { return; }
    on_recv(late, NULL) { chan_send(out, -1); }
  }
}

int main(void) {
  chan(int) in = chan_make(int), out = chan_make(int);
  go(asks, in, out);
  chan_send(in, 1);
  chan_recv(out, NULL);
  return 0;
}
