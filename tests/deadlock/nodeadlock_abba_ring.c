// SPDX-License-Identifier: Apache-2.0
// Each of 3,000 goroutines has a lock and waits for the next one's, but for the last, which takes its second one first.
#include <crun/crun.h>
#include <crun/short.h>

enum { N = 3000 };
static mutex m[N];
static waitgroup ready, over;
static chan(int) begin;

static void waits(int i) {
  int next = (i + 1) % N, first = i < next ? i : next, second = i < next ? next : i;
  if (i < next) mutex_lock(&m[first]);
  wg_done(&ready);
  chan_recv(begin, NULL);
  if (i > next) mutex_lock(&m[first]);
  mutex_lock(&m[second]);
  mutex_unlock(&m[second]);
  mutex_unlock(&m[first]);
  wg_done(&over);
}

int main(void) {
  begin = chan_make(int, 0);
  wg_add(&ready, N);
  wg_add(&over, N);
  for (int i = 0; i < N; i++) go(waits, i);
  wg_wait(&ready);
  chan_close(begin);
  wg_wait(&over);
  chan_free(begin);
}
