// SPDX-License-Identifier: Apache-2.0
// A worker watches the context that its pool cancels.
#include <crun/crun.h>
#include <crun/short.h>

#include "quiet.h"

static void work(cr_context *ctx, chan(int) jobs) {
  defer(cr_context_free, ctx);
  for (bool go_on = true; go_on;) {
    select {
      on_recv(jobs, NULL) {}
      on_recv(cr_context_done(ctx), NULL) { go_on = false; }
    }
  }
}

static void pool(cr_context *parent) {
  cr_context *ctx = cr_context_with_cancel(parent);
  chan(int) jobs = chan_make(int);
  go(work, cr_context_keep(ctx), jobs);
  for (int i = 0; i < 3; i++) chan_send(jobs, i);
  cr_context_cancel(ctx);
  cr_context_free(ctx);
}

int main(void) {
  cr_context *program = cr_context_with_cancel(cr_context_background());
  pool(program);
  cr_context_free(program);
  quiet();
  return 0;
}
