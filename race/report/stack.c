// SPDX-License-Identifier: Apache-2.0
// stack.c: symbolizes calling contexts.
#include "stack.h"

#include <stdint.h>

// The last pc is of what called the outermost function of the user's.
void stack_of(ctx_id ctx, unsigned byte, struct stack *out) {
  uintptr_t pcs[STACK_PCS];
  size_t n = 0;
  out->n = 0;
  out->folded = false;
  if (ctx) n = ctx_stack(ctx, byte, pcs, STACK_PCS, &out->folded);
  for (size_t i = 0; i < n && out->n < STACK_FRAMES; i++) {
    struct sym_frame *f = &out->frame[out->n];
    int k = symbolize_pc(pcs[i], true, f, (int)(STACK_FRAMES - out->n));
    if (i + 1 == n && out->n && stack_is_bottom(f)) return;
    for (int j = 0; j < k; j++)
      if (!(out->n ? stack_is_ours(&f[j]) : stack_is_detectors(&f[j]))) out->frame[out->n++] = f[j];
  }
}
