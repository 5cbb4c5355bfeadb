// SPDX-License-Identifier: Apache-2.0
// A send within its time happens before the receive within its time, and the other way round.
#include "litmus.h"

int x, y;

static void sends(chan(int) c) {
  x = 1;
  while (!cr_chan_send_timeout(c, 1, 100)) {}
  y++;
}

static void answers(chan(int) c) {
  x = 3;
  chan_send(c, 1);
}

int main(void) {
  chan(int) c = chan_make(int);
  go(sends, c);
  y = 1;
  while (!cr_chan_recv_timeout(c, NULL, 300)) {}
  x = 2;
  go(answers, c);
  bool ok = false;
  while (!cr_chan_recv_timeout_ok(c, NULL, &ok, 300)) {}
  if (!ok || x != 3) exit(3);
}
