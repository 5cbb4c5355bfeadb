// SPDX-License-Identifier: Apache-2.0
// Every cr_context_free happens before the value is dropped.
#include "litmus.h"

static void uses(cr_context *ctx) {
  ++*(int *)cr_context_value(ctx, &litmus_turn);
  cr_context_free(ctx);
}

static void reads(cr_context *ctx, chan(int) c) {
  chan_recv(c, NULL);
  if (!*(int *)cr_context_value(ctx, &litmus_turn)) exit(3);
  cr_context_free(ctx);
}

int main(void) {
  int *value = calloc(1, sizeof *value);
  *value = 1;
  chan(int) c = chan_make(int, 3);
  cr_context *ctx = cr_context_with_value(cr_context_background(), &litmus_turn, value, free);
  for (int i = 0; i < 3; i++) go(reads, cr_context_keep(ctx), c);
  for (int i = 0; i < 3; i++) chan_send(c, 1);
  cr_context_free(ctx);
  value = calloc(1, sizeof *value);
  go(uses, cr_context_with_value(cr_context_background(), &litmus_turn, value, free));
  settle();
}
