// SPDX-License-Identifier: Apache-2.0
// Two workers lock the accounts in one order, while main goes on and ends.
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

static mutex mine, yours;

static void pays(chan(int) turn) {
  chan_send(turn, 1);
  mutex_lock(&mine);
  mutex_lock(&yours);
  mutex_unlock(&yours);
  mutex_unlock(&mine);
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
