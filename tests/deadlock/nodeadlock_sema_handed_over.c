// SPDX-License-Identifier: Apache-2.0
// A binary semaphore is taken by one goroutine and given back by another, in a ring: it has no owner.
#include <crun/crun.h>
#include <crun/short.h>

enum { N = 4 };
static sema turn[N];
static int passes;

static void member(int who, waitgroup *wg) {
  for (int i = 0; i < 20; i++) {
    sema_acquire(&turn[who]);
    passes++;
    sema_release(&turn[(who + 1) % N]);
  }
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, N);
  for (int i = 0; i < N; i++) go(member, i, &wg);
  sema_release(&turn[0]);
  wg_wait(&wg);
  return passes != 20 * N;
}
