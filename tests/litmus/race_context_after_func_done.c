// SPDX-License-Identifier: Apache-2.0
// Who asks for a function to run once a context is done learns nothing by it of what canceled the context.
// RACE: write A, write B
#include "litmus.h"

int x;

static void nothing(void *arg) {}

static void cancels(cr_context *ctx) {
  racer(0);
  x = 1;  // @A
  cr_context_cancel(ctx);
  next();
}

int main(void) {
  cr_context *ctx = cr_context_with_cancel(cr_context_background());
  go(cancels, ctx);
  racer(1);
  cr_context_watch *w = cr_context_after_func(ctx, nothing, NULL);
  x = 2;  // @B
  next();
  turn(2);
  cr_context_stop(w);
  cr_context_free(ctx);
}
