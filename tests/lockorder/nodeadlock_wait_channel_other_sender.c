// SPDX-License-Identifier: Apache-2.0
// A goroutine receives with a lock that one sender takes before it sends; another sender does not.
#include "turns.h"

static cr_mutex m;

static void sends(cr_chan(int) c) {
  cr_mutex_lock(&m);
  cr_mutex_unlock(&m);
  cr_chan_send(c, 1);
  turn_over();
}

static void sends_too(cr_chan(int) c) {
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
  cr_chan(int) c = cr_chan_make(int, 2);
  cr_go(sends, c);
  cr_go(receives, c);
  cr_go(sends_too, c);
  turn_await(3);
  cr_chan_free(c);
}
