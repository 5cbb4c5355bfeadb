// SPDX-License-Identifier: Apache-2.0
// Everybody waits for one who sleeps.
#include <crun/crun.h>
#include <crun/short.h>

static mutex mu;

static void holds(chan(char) locked) {
  mutex_lock(&mu);
  chan_close(locked);
  go_sleep(5 * CR_MILLISECOND);
  mutex_unlock(&mu);
}

int main(void) {
  chan(char) locked = chan_make(char);
  go(holds, locked);
  chan_recv(locked, NULL);
  mutex_lock(&mu);
  mutex_unlock(&mu);
  return 0;
}
