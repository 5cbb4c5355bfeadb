// SPDX-License-Identifier: Apache-2.0
// A cache of readers and now and then a writer, each with the lock once.
#include <crun/crun.h>
#include <crun/short.h>

static rwmutex rw;
static int table[16];  // under rw

static void reader(int key, waitgroup *wg) {
  for (int i = 0; i < 50; i++) {
    rw_rlock(&rw);
    int v = table[key];
    rw_runlock(&rw);
    if (v == 0) {
      rw_lock(&rw);
      table[key]++;
      rw_unlock(&rw);
    }
    if (i % 8 == 0) go_yield();
  }
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 6);
  for (int i = 0; i < 6; i++) go(reader, i, &wg);
  wg_wait(&wg);
  return table[0] != 1;
}
