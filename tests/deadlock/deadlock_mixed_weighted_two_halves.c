// SPDX-License-Identifier: Apache-2.0
// Two jobs each hold half of the permits and ask for the other half.
// exit: 2
// stderr: fatal error: all goroutines are asleep - deadlock!
// stderr: job(...)
#include <crun/crun.h>
#include <crun/short.h>

static cr_weighted memory = CR_WEIGHTED_INIT(4);
static waitgroup both;  // each has its half

static void job(waitgroup *wg) {
  cr_context *ctx = cr_context_background();
  cr_weighted_acquire(&memory, ctx, 2);
  wg_done(&both);
  wg_wait(&both);
  cr_weighted_acquire(&memory, ctx, 2);
  cr_weighted_release(&memory, 4);
  wg_done(wg);
}

int main(void) {
  waitgroup wg = {0};
  wg_add(&both, 2);
  wg_add(&wg, 2);
  for (int i = 0; i < 2; i++) go(job, &wg);
  wg_wait(&wg);
  return 0;
}
