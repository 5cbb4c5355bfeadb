// SPDX-License-Identifier: Apache-2.0
// Calls that look wrong and are right: what is copied is idle, who unlocks has locked, a closed channel is received from.
#include <crun/crun.h>
#include <crun/short.h>
#include <string.h>

static void hands_over(mutex *m, waitgroup *wg) {
  mutex_lock(m);
  mutex_unlock(m);
  wg_done(wg);
}

static void copies(void) {
  mutex m = {0}, m_copy;
  waitgroup wg = {0}, wg_copy;
  mutex_lock(&m);
  mutex_unlock(&m);
  memcpy(&m_copy, &m, sizeof m);
  mutex_lock(&m_copy);
  mutex_unlock(&m_copy);
  wg_add(&wg, 1);
  wg_done(&wg);
  memcpy(&wg_copy, &wg, sizeof wg);
  wg_add(&wg_copy, 1);
  wg_done(&wg_copy);
  wg_wait(&wg_copy);
  wg_wait(&wg);
}

static void rounds(void) {
  mutex m = {0};
  waitgroup wg = {0};
  for (int i = 0; i < 3; i++) {
    wg_add(&wg, 2);
    mutex_lock(&m);
    go(hands_over, &m, &wg);
    go(hands_over, &m, &wg);
    mutex_unlock(&m);
    wg_wait(&wg);
  }
}

int main(void) {
  chan(int) c = chan_make(int, 1);
  int v;
  chan_send(c, 1);
  chan_close(c);
  if (!chan_recv(c, &v) || chan_recv(c, &v)) return 1;
  copies();
  rounds();
  chan_free(c);
  return 0;
}
