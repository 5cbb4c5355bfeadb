// SPDX-License-Identifier: Apache-2.0
// Two workers lock each other's account while main goes on and ends: one deadlock, and not two leaks besides.
// modes: plain race leak race-leak
// exit: 2
// finding: deadlock mutex-cycle: pays, collects
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

static mutex mine, yours;

static void pays(chan(int) turn) {
  mutex_lock(&yours);
  chan_send(turn, 1);
  mutex_lock(&mine);
  mutex_unlock(&mine);
  mutex_unlock(&yours);
}

static void collects(chan(int) turn) {
  mutex_lock(&mine);
  chan_recv(turn, NULL);
  mutex_lock(&yours);
  mutex_unlock(&yours);
  mutex_unlock(&mine);
}

int main(void) {
  chan(int) turn = chan_make(int);
  go(pays, turn);
  go(collects, turn);
  quiet();
}
