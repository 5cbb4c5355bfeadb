// SPDX-License-Identifier: Apache-2.0
// At most three connections at once, by a semaphore that ten users share.
#include <crun/crun.h>
#include <crun/short.h>

static sema slots = CR_SEMA_INIT(3);
static _Atomic int in_use, most;

static void user(waitgroup *wg) {
  for (int i = 0; i < 10; i++) {
    sema_acquire(&slots);
    int n = ++in_use;
    if (n > most) most = n;
    go_yield();
    in_use--;
    sema_release(&slots);
  }
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 10);
  for (int i = 0; i < 10; i++) go(user, &wg);
  wg_wait(&wg);
  return most > 3;
}
