// SPDX-License-Identifier: Apache-2.0
// A release happens before an acquire that comes after it, whether that waits or not.
#include "litmus.h"

int x;
cr_weighted all = CR_WEIGHTED_INIT(3);

static void adds(waitgroup *wg) {
  for (int i = 0; i < 10; i++) {
    if (cr_weighted_acquire(&all, cr_context_background(), 3)) exit(3);
    x++;
    go_yield();
    cr_weighted_release(&all, 3);
  }
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 4);
  for (int i = 0; i < 4; i++) go(adds, &wg);
  wg_wait(&wg);
  while (!cr_weighted_try_acquire(&all, 3)) go_yield();
  if (x != 40) exit(3);
}
