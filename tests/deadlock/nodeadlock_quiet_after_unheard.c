// SPDX-License-Identifier: Apache-2.0
// The select gives up after a while and then sends.
#include <crun/crun.h>
#include <crun/short.h>

static void asks(chan(int) in, chan(int) out) {
  chan(int64_t) late = go_after(2 * CR_MILLISECOND);
  select {
    on_recv(in, NULL) { return; }
    on_recv(late, NULL) { chan_send(out, -1); }
  }
}

int main(void) {
  chan(int) in = chan_make(int), out = chan_make(int);
  go(asks, in, out);
  chan_recv(out, NULL);
  return 0;
}
