// SPDX-License-Identifier: Apache-2.0
// Each of 3,000 goroutines has a lock and waits for the next one's, while main goes on.
// exit: 2
// finding: deadlock mutex-cycle: waits
// stderr: DEADLOCK: 3000 goroutines wait for each other's locks
#include <crun/crun.h>
#include <crun/short.h>
#include <stdatomic.h>

#include "quiet.h"

enum { N = 3000 };
static mutex m[N];
static waitgroup ready;
static chan(int) begin;
static atomic_int asked;

static void waits(int i) {
  mutex_lock(&m[i]);
  wg_done(&ready);
  chan_recv(begin, NULL);
  atomic_fetch_add(&asked, 1);
  mutex_lock(&m[(i + 1) % N]);
}

int main(void) {
  begin = chan_make(int, 0);
  wg_add(&ready, N);
  for (int i = 0; i < N; i++) go(waits, i);
  wg_wait(&ready);
  chan_close(begin);
  while (atomic_load(&asked) < N) cr_yield();
  quiet();
  return 0;
}
