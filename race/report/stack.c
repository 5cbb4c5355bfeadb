// SPDX-License-Identifier: Apache-2.0
// stack.c: symbolizes calling contexts.
#include "stack.h"

#include <stdint.h>
#include <string.h>

// The last pc is of what called the outermost function of the user's: it is left out if that is where a
// goroutine's, a thread's or the process's stack begins.
static bool is_bottom(const struct sym_frame *f) {
  static const char *const names[] = {"cr_go_entry", "cr_go_return", "thread_main"};
  for (size_t i = 0; f->func && i < sizeof names / sizeof *names; i++)
    if (strcmp(f->func, names[i]) == 0) return true;
  return symbolize_is_start(f);
}

void stack_of(ctx_id ctx, unsigned byte, struct stack *out) {
  uintptr_t pcs[STACK_PCS];
  size_t n = 0;
  out->n = 0;
  out->folded = false;
  if (ctx) n = ctx_stack(ctx, byte, pcs, STACK_PCS, &out->folded);
  for (size_t i = 0; i < n && out->n < STACK_FRAMES; i++) {
    struct sym_frame *f = &out->frame[out->n];
    int k = symbolize_pc(pcs[i], true, f, (int)(STACK_FRAMES - out->n));
    if (i + 1 == n && out->n && is_bottom(f)) return;
    out->n += (size_t)k;
  }
}
