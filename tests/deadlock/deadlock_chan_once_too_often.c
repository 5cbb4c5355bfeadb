// SPDX-License-Identifier: Apache-2.0
// A gatherer that counts its results from 0 up to and including n: the last receive has no sender.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: gather(...)
#include <crun/crun.h>
#include <crun/short.h>

static void probe(int host, chan(int) results) { chan_send(results, host * 10); }

static int gather(chan(int) results, int n) {
  int sum = 0, v;
  for (int i = 0; i <= n; i++) {
    chan_recv(results, &v);
    sum += v;
  }
  return sum;
}

int main(void) {
  chan(int) results = chan_make(int, 4);
  for (int host = 1; host <= 4; host++) go(probe, host, results);
  return gather(results, 4) != 100;
}
