// SPDX-License-Identifier: Apache-2.0
// The program ends while a logger, a metrics loop and a watcher wait on what globals know.
#include <crun/crun.h>
#include <crun/short.h>

static chan(int) lines, samples;
static cond changed;
static mutex mu;
static int version;  // under mu

static void logger(void) {
  for_chan (int, l, lines) (void)l;
}
static void metrics(void) {
  for_chan (int, s, samples) (void)s;
}
static void watcher(void) {
  mutex_lock(&mu);
  while (version < 10) cond_wait(&changed, &mu);
  mutex_unlock(&mu);
}

int main(void) {
  lines = chan_make(int, 8);
  samples = chan_make(int);
  go(logger);
  go(metrics);
  go(watcher);
  for (int i = 0; i < 5; i++) {
    chan_send(lines, i);
    chan_send(samples, i);
  }
  return 0;
}
