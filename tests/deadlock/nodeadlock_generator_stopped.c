// SPDX-License-Identifier: Apache-2.0
// A generator is stopped by its user and ends.
#include <crun/crun.h>
#include <crun/short.h>

static void generate(chan(int) out, chan(char) stop) {
  int a = 0, b = 1;
  for (;;) {
    select {
      on_send(out, a) {
        int next = a + b;
        a = b;
        b = next;
      }
      on_recv(stop, NULL) { return; }
    }
  }
}

int main(void) {
  chan(int) out = chan_make(int);
  chan(char) stop = chan_make(char);
  int v = 0;
  go(generate, out, stop);
  while (v < 50) chan_recv(out, &v);
  chan_close(stop);
  return v != 55;
}
