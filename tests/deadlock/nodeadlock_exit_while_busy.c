// SPDX-License-Identifier: Apache-2.0
// Main returns while goroutines run, sleep and hold locks.
#include <crun/crun.h>
#include <crun/short.h>

static mutex mu;
static _Atomic int began;

static void spins(void) {
  began++;
  for (;;) go_yield();
}
static void sleeps(void) {
  mutex_lock(&mu);
  began++;
  go_sleep(CR_HOUR);
  mutex_unlock(&mu);
}
static void waits(void) {
  began++;
  mutex_lock(&mu);
}

int main(void) {
  go(spins);
  go(sleeps);
  while (began < 2) go_yield();
  go(waits);
  while (began < 3) go_yield();
  return 0;
}
