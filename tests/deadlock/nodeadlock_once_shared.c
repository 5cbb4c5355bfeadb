// SPDX-License-Identifier: Apache-2.0
// Goroutines wait for one that initialises, and that waits for a helper goroutine.
#include <crun/crun.h>
#include <crun/short.h>

static once ready;
static int config;

static void load(chan(int) out) { chan_send(out, 5); }

static void init(void) {
  chan(int) c = chan_make(int);
  go(load, c);
  chan_recv(c, &config);
}

static void uses(waitgroup *wg, _Atomic int *sum) {
  once_do(&ready, init);
  *sum += config;
  wg_done(wg);
}

int main(void) {
  _Atomic int sum = 0;
  waitgroup wg = {0};
  wg_add(&wg, 6);
  for (int i = 0; i < 6; i++) go(uses, &wg, &sum);
  wg_wait(&wg);
  return sum != 30;
}
