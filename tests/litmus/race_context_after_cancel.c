// SPDX-License-Identifier: Apache-2.0
// What is done after a cancel is not ordered with who sees it, nor is a cancel that came too late.
// RACE: write A, write B
#include "litmus.h"

int x;

static void cancels(cr_context *ctx) {
  racer(0);
  x = 1;  // @A
  cr_context_cancel(ctx);
  next();
}

int main(void) {
  cr_context *ctx = cr_context_with_cancel(cr_context_background());
  cr_context_cancel(ctx);
  go(cancels, ctx);
  racer(1);
  chan_recv(cr_context_done(ctx), NULL);
  x = 2;  // @B
  next();
  turn(2);
  cr_context_free(ctx);
}
