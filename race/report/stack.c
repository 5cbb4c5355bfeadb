// SPDX-License-Identifier: Apache-2.0
// stack.c: symbolizes calling contexts.
#include "stack.h"

#include <stdint.h>
#include <string.h>

// The last pc is of what called the outermost function of the user's: it is left out if it is one of these,
// where a goroutine's, a thread's and the process's stack begin.
static bool is_bottom(const char *func) {
  static const char *const names[] = {"cr_go_entry",      "cr_go_return",      "start_main",
                                      "__libc_start_main", "__libc_start_main_impl", "__libc_start_call_main",
                                      "_start",           "start_thread",      "thread_main",
                                      "clone3",           "call_init"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(func, names[i]) == 0) return true;
  return false;
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
    if (i + 1 == n && out->n && f->func && is_bottom(f->func)) return;
    out->n += (size_t)k;
  }
}
