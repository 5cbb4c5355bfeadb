// SPDX-License-Identifier: Apache-2.0
// A cancel happens before the return of cr_context_err that tells of it, and before what was derived later.
#include "litmus.h"

int x;

static void cancels(cr_context *ctx) {
  x = 1;
  cr_context_cancel_cause(ctx, 5);
}

int main(void) {
  cr_context *ctx = cr_context_with_cancel(cr_context_background());
  cr_context *below = cr_context_with_value(ctx, &x, &x, NULL);
  go(cancels, ctx);
  while (!cr_context_err(below)) go_yield();
  if (cr_context_cause(below) != 5) exit(3);
  x = 2;
  cr_context_free(ctx);
  cr_context_free(below);
}
