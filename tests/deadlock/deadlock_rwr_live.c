// SPDX-License-Identifier: Apache-2.0
// One request read-locks the routes twice around a reload, and hangs with it while the rest goes on.
// exit: 2
// finding: deadlock read-write-read: route, request, reload
// stderr: WARNING: DEADLOCK
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

static rwmutex routes;
static int version = 1;  // under routes
static waitgroup ended;

static void reload(void) {
  rw_lock(&routes);
  version++;
  rw_unlock(&routes);
  wg_done(&ended);
}

static int route(void) {
  rw_rlock(&routes);
  int v = version;
  rw_runlock(&routes);
  return v;
}

static void request(chan(int) answers) {
  rw_rlock(&routes);
  go(reload);
  while (rw_tryrlock(&routes)) {  // until the writer waits
    rw_runlock(&routes);
    go_yield();
  }
  int v = route();
  rw_runlock(&routes);
  chan_send(answers, v);
  wg_done(&ended);
}

int main(void) {
  static chan(int) answers;
  int v = 0;
  answers = chan_make(int, 1);
  wg_add(&ended, 2);
  go(request, answers);
  quiet();
  return v;
}
