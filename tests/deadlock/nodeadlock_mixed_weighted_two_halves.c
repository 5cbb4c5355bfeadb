// SPDX-License-Identifier: Apache-2.0
// Two jobs ask for all that they need at once.
#include <crun/crun.h>
#include <crun/short.h>

static cr_weighted memory = CR_WEIGHTED_INIT(4);

static void job(waitgroup *wg) {
  cr_context *ctx = cr_context_background();
  cr_weighted_acquire(&memory, ctx, 4);
  cr_weighted_release(&memory, 4);
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&wg, 2);
  for (int i = 0; i < 2; i++) go(job, &wg);
  wg_wait(&wg);
  return 0;
}
