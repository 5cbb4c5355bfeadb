// SPDX-License-Identifier: Apache-2.0
// A goroutine receives with a lock held; the sender needs another one, whose holder elsewhere asks for the first.
// exit: 0
// stderr: POSSIBLE DEADLOCK: a goroutine waits with a lock that another needs to end the wait
// finding: lock-order lock-held-while-waiting: receives, sends, transfers
#include "turns.h"

static cr_mutex a, b;

static void sends(cr_chan(int) c) {
  cr_mutex_lock(&b);
  cr_mutex_unlock(&b);
  cr_chan_send(c, 1);
  turn_over();
}

static void receives(cr_chan(int) c) {
  turn_await(1);
  cr_mutex_lock(&a);
  cr_chan_recv(c, NULL);
  cr_mutex_unlock(&a);
  turn_over();
}

static void transfers(void) {
  turn_await(2);
  pair(&b, &a);
  turn_over();
}

int main(void) {
  cr_chan(int) c = cr_chan_make(int, 1);
  cr_go(sends, c);
  cr_go(receives, c);
  cr_go(transfers);
  turn_await(3);
  cr_chan_free(c);
}
