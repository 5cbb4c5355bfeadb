// SPDX-License-Identifier: Apache-2.0
// A context that is asked and not done yet orders nothing, nor does one that was freed.
// RACE: write A, write B
#include "litmus.h"

int x;

static void other(cr_context *ctx) {
  racer(0);
  x = 1;  // @A
  if (cr_context_err(ctx)) exit(3);
  cr_context_free(ctx);
  next();
}

int main(void) {
  cr_context *ctx = cr_context_with_cancel(cr_context_background());
  go(other, cr_context_keep(ctx));
  racer(1);
  if (cr_context_err(ctx)) exit(3);
  x = 2;  // @B
  cr_context_free(ctx);
  next();
  turn(2);
}
