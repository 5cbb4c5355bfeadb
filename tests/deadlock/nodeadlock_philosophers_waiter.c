// SPDX-License-Identifier: Apache-2.0
// Philosophers who take their forks in a ring, but only four of five at the table: a semaphore is the gate.
#include <crun/crun.h>
#include <crun/short.h>

enum { N = 5 };
static mutex fork_of[N];
static sema chairs = CR_SEMA_INIT(N - 1);
static int meals[N];

static void dine(int who, waitgroup *wg) {
  for (int i = 0; i < 20; i++) {
    sema_acquire(&chairs);
    mutex_lock(&fork_of[who]);
    go_yield();
    mutex_lock(&fork_of[(who + 1) % N]);
    meals[who]++;
    mutex_unlock(&fork_of[(who + 1) % N]);
    mutex_unlock(&fork_of[who]);
    sema_release(&chairs);
  }
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, N);
  for (int who = 0; who < N; who++) go(dine, who, &wg);
  wg_wait(&wg);
  return meals[0] + meals[4] != 40;
}
