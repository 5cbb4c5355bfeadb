// SPDX-License-Identifier: Apache-2.0
// One request read-locks the routes once around a reload.
#include <crun/crun.h>
#include <crun/short.h>

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
  int v = version;
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
  chan_recv(answers, &v);
  wg_wait(&ended);
  return v != 1;
}
