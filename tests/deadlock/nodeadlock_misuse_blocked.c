// SPDX-License-Identifier: Apache-2.0
// A goroutine waits for a mutex, and sleeps, for no longer than is asked to be told of.
// env: CRUNDEBUG=blockwarn=30s
#include <crun/crun.h>
#include <crun/short.h>

static mutex m;
static waitgroup over;

static void waits(void) {
  mutex_lock(&m);
  mutex_unlock(&m);
  wg_done(&over);
}

int main(void) {
  wg_add(&over, 1);
  mutex_lock(&m);
  go(waits);
  go_sleep(50 * CR_MILLISECOND);
  mutex_unlock(&m);
  wg_wait(&over);
  return 0;
}
