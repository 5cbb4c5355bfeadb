// SPDX-License-Identifier: Apache-2.0
// Everybody waits, and a timer will wake one of them: that is no deadlock.
#include <crun/crun.h>
#include <crun/short.h>

static void wakes(chan(int) in, chan(int) out) {
  int v;
  chan_recv(in, &v);
  chan_send(out, v + 1);
}

static void fire(void *arg) {
  chan(int) *in = arg;
  chan_send(*in, 41);
}

int main(void) {
  chan(int) in = chan_make(int), out = chan_make(int);
  int v;
  go(wakes, in, out);
  cr_timer *t = go_after_func(5 * CR_MILLISECOND, fire, &in);
  chan_recv(out, &v);
  timer_free(t);
  return v != 42;
}
