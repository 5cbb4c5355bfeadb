// SPDX-License-Identifier: Apache-2.0
// Goroutines sleep, and when the last of them has woken nobody can go on.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: main(...)
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
  for (int i = 0; i < 4; i++) {
    chan_recv(out, &v);
    sum += v;
  }
  return sum != 6;
}
