// SPDX-License-Identifier: Apache-2.0
// Reply channels travel inside requests, and a daemon keeps some of them for later in its own list.
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

static chan(chan(int)) waiting;

static void keeper(void) {
  chan(int) kept[8];
  int n = 0;
  for_chan (chan(int), c, waiting) {
    kept[n++] = c;
    if (n == 8) {
      for (int i = 0; i < n; i++) chan_send(kept[i], i);
      n = 0;
    }
  }
}

static void client(void) {
  chan(int) reply = chan_make(int, 1);
  chan_send(waiting, reply);
  chan_recv(reply, NULL);
}

int main(void) {
  waiting = chan_make(chan(int));
  go(keeper);
  for (int i = 0; i < 12; i++) go(client);  // four of them are with the keeper when main ends
  quiet();
  return 0;
}
