// SPDX-License-Identifier: Apache-2.0
// A read lock has no owner: readers hand theirs to a reaper that gives them back, and a writer gets its turn.
#include <crun/crun.h>
#include <crun/short.h>

static rwmutex rw;
static int generation;  // under rw

static void reaper(chan(int) read_locks) {
  for_chan (int, l, read_locks) rw_runlock(&rw);
}

int main(void) {
  chan(int) read_locks = chan_make(int, 4);
  go(reaper, read_locks);
  for (int i = 0; i < 20; i++) {
    rw_rlock(&rw);
    chan_send(read_locks, i);
    rw_lock(&rw);
    generation++;
    rw_unlock(&rw);
  }
  chan_close(read_locks);
  return generation != 20;
}
