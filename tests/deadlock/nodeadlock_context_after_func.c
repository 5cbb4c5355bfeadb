// SPDX-License-Identifier: Apache-2.0
// A function that a cancel starts is what the others wait for.
#include <crun/crun.h>
#include <crun/short.h>

static void stopped(void *arg) {
  chan(int) *out = arg;
  chan_send(*out, 1);
}

static void cancels(cr_context *ctx) {
  go_yield();
  cr_context_cancel(ctx);
}

int main(void) {
  cr_context *ctx = cr_context_with_cancel(cr_context_background());
  chan(int) out = chan_make(int);
  cr_context_watch *w = cr_context_after_func(ctx, stopped, &out);
  go(cancels, ctx);
  chan_recv(out, NULL);
  cr_context_stop(w);
  cr_context_free(ctx);
  return 0;
}
