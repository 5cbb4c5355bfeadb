// SPDX-License-Identifier: Apache-2.0
// A merger sets a drained input to nil and forgets to leave when both are: its select waits for nothing.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: [select
// stderr: merge(...)
#include <crun/crun.h>
#include <crun/short.h>

static void count(chan(int) out, int from, int to) {
  for (int i = from; i < to; i++) chan_send(out, i);
  chan_close(out);
}

static int merge(chan(int) a, chan(int) b) {
  int sum = 0, v;
  bool ok;
  for (;;) {
    select {
      on_recv_ok(a, &v, &ok) {
        if (ok) sum += v;
        else a = NULL;
      }
      on_recv_ok(b, &v, &ok) {
        if (ok) sum += v;
        else b = NULL;
      }
    }
  }
  return sum;
}

int main(void) {
  chan(int) a = chan_make(int), b = chan_make(int, 3);
  go(count, a, 0, 4);
  go(count, b, 4, 8);
  return merge(a, b) != 28;
}
