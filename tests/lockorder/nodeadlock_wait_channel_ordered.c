// SPDX-License-Identifier: Apache-2.0
// The sender's lock is over before the receiver is started, or taken after the receiver is done.
#include "turns.h"

static cr_mutex m;

static void receives(cr_chan(int) c) {
  cr_mutex_lock(&m);
  cr_chan_recv(c, NULL);
  cr_mutex_unlock(&m);
  turn_over();
}

int main(void) {
  cr_chan(int) c = cr_chan_make(int, 1), d = cr_chan_make(int, 1);
  cr_mutex_lock(&m);
  cr_mutex_unlock(&m);
  cr_go(receives, c);
  cr_chan_send(c, 1);
  turn_await(1);
  cr_mutex_lock(&m);
  cr_mutex_unlock(&m);
  cr_chan_send(d, 1);
  cr_go(receives, d);
  turn_await(2);
  cr_chan_free(c);
  cr_chan_free(d);
}
