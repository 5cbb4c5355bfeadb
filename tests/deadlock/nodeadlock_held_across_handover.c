// SPDX-License-Identifier: Apache-2.0
// A lock is held while its owner waits for a goroutine that needs another lock: nobody waits in a ring.
#include <crun/crun.h>
#include <crun/short.h>

static mutex outer, inner;

static void helper(chan(int) out) {
  mutex_lock(&inner);
  chan_send(out, 1);
  mutex_unlock(&inner);
}

int main(void) {
  chan(int) out = chan_make(int);
  for (int i = 0; i < 20; i++) {
    mutex_lock(&outer);
    go(helper, out);
    chan_recv(out, NULL);
    mutex_unlock(&outer);
  }
  return 0;
}
