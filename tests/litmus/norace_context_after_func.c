// SPDX-License-Identifier: Apache-2.0
// What canceled a context happens before the start of the function, and so does its registration.
#include "litmus.h"

int x, y;

static void runs(void *done) {
  x++, y++;
  chan_send((chan(int))(uintptr_t)done, 1);
}

static void cancels(cr_context *ctx) {
  y = 1;
  cr_context_cancel(ctx);
}

int main(void) {
  chan(int) done = chan_make(int);
  cr_context *ctx = cr_context_with_cancel(cr_context_background());
  go(cancels, ctx);
  x = 1;
  cr_context_watch *w = cr_context_after_func(ctx, runs, (void *)(uintptr_t)done);
  chan_recv(done, NULL);
  if (x != 2 || y != 2) exit(3);
  cr_context_stop(w);
  cr_context_free(ctx);
}
