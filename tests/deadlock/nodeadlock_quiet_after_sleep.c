// SPDX-License-Identifier: Apache-2.0
// Goroutines sleep, and the last of them wakes the rest.
#include <crun/crun.h>
#include <crun/short.h>

static void sleeps(int ms, chan(int) out) {
  go_sleep(ms * CR_MILLISECOND);
  chan_send(out, ms);
}

int main(void) {
  chan(int) out = chan_make(int);
  int sum = 0, v;
  for (int ms = 1; ms <= 3; ms++) go(sleeps, ms, out);
  for (int i = 0; i < 3; i++) {
    chan_recv(out, &v);
    sum += v;
  }
  return sum != 6;
}
