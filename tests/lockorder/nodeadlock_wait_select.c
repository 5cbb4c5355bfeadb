// SPDX-License-Identifier: Apache-2.0
// Selects with a lock held that can always go on: by a default, a time limit, or a channel that needs no lock.
#include "turns.h"

static cr_mutex m;

static void sends(cr_chan(int) c) {
  cr_mutex_lock(&m);
  cr_mutex_unlock(&m);
  cr_chan_send(c, 1);
  turn_over();
}

static void selects(cr_chan(int) c, cr_chan(int) stop) {
  turn_await(2);
  cr_mutex_lock(&m);
  cr_select {
    cr_on_recv(c, NULL) {}
    cr_on_default {}
  }
  cr_select {
    cr_on_recv(c, NULL) {}
    cr_on_timeout(CR_MILLISECOND) {}
  }
  cr_select {
    cr_on_recv(c, NULL) {}
    cr_on_recv(stop, NULL) {}
  }
  cr_mutex_unlock(&m);
  turn_over();
}

static void stops(cr_chan(int) stop) {
  cr_chan_close(stop);
  turn_over();
}

int main(void) {
  cr_chan(int) c = cr_chan_make(int, 1), stop = cr_chan_make(int);
  cr_go(sends, c);
  cr_go(stops, stop);
  cr_go(selects, c, stop);
  turn_await(3);
  cr_chan_free(c);
  cr_chan_free(stop);
}
