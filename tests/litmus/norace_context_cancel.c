// SPDX-License-Identifier: Apache-2.0
// A cancel happens before the receive on the done channel, of the context and of what was derived from it.
#include "litmus.h"

int x, y;

static void cancels(cr_context *ctx) {
  settle();
  x = y = 1;
  cr_context_cancel(ctx);
}

static void waits(cr_context *ctx, waitgroup *wg) {
  chan_recv(cr_context_done(ctx), NULL);
  y = 2;
  wg_done(wg);
}

int main(void) {
  cr_context *ctx = cr_context_with_cancel(cr_context_background()), *child = cr_context_with_cancel(ctx);
  waitgroup wg = {0};
  wg_add(&wg, 1);
  go(waits, child, &wg);
  go(cancels, ctx);
  chan_recv(cr_context_done(ctx), NULL);
  x = 2;
  wg_wait(&wg);
  cr_context_free(child);
  cr_context_free(ctx);
}
