// SPDX-License-Identifier: Apache-2.0
// A select with a lock held: each of its channels is served by goroutines that take the lock first.
// exit: 0
// finding: lock-order lock-held-while-waiting: selects
#include "turns.h"

static cr_mutex m;

static void sends(cr_chan(int) c) {
  cr_mutex_lock(&m);
  cr_mutex_unlock(&m);
  cr_chan_send(c, 1);
  turn_over();
}

static void selects(cr_chan(int) c, cr_chan(int) d) {
  turn_await(2);
  cr_mutex_lock(&m);
  cr_select {
    cr_on_recv(c, NULL) {}
    cr_on_recv(d, NULL) {}
  }
  cr_mutex_unlock(&m);
  turn_over();
}

int main(void) {
  cr_chan(int) c = cr_chan_make(int, 1), d = cr_chan_make(int, 1);
  cr_go(sends, c);
  cr_go(sends, d);
  cr_go(selects, c, d);
  turn_await(3);
  cr_chan_free(c);
  cr_chan_free(d);
}
