// SPDX-License-Identifier: Apache-2.0
// Everybody waits for a context's deadline, which comes.
#include <crun/crun.h>
#include <crun/short.h>

static void worker(cr_context *ctx, chan(int) never, chan(int) out) {
  int err = 0;
  select {
    on_recv(never, NULL) {}
    on_recv(cr_context_done(ctx), NULL) { err = cr_context_err(ctx); }
  }
  chan_send(out, err);
}

int main(void) {
  cr_context *ctx = cr_context_with_timeout(cr_context_background(), 5 * CR_MILLISECOND);
  chan(int) out = chan_make(int);
  int err;
  go(worker, ctx, chan_make(int), out);
  chan_recv(out, &err);
  cr_context_free(ctx);
  return err != ETIMEDOUT;
}
