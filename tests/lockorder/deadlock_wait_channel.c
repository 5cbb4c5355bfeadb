// SPDX-License-Identifier: Apache-2.0
// A goroutine receives with a lock that the sender takes before it sends.
// exit: 0
// stderr: POSSIBLE DEADLOCK: a goroutine waits with a lock that another needs to end the wait
// finding: lock-order lock-held-while-waiting: receives, sends
#include "turns.h"

static cr_mutex m;

static void sends(cr_chan(int) c) {
  cr_mutex_lock(&m);
  cr_mutex_unlock(&m);
  cr_chan_send(c, 1);
  turn_over();
}

static void receives(cr_chan(int) c) {
  turn_await(1);
  cr_mutex_lock(&m);
  cr_chan_recv(c, NULL);
  cr_mutex_unlock(&m);
  turn_over();
}

int main(void) {
  cr_chan(int) c = cr_chan_make(int, 1);
  cr_go(sends, c);
  cr_go(receives, c);
  turn_await(2);
  cr_chan_free(c);
}
