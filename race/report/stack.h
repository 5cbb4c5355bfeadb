// SPDX-License-Identifier: Apache-2.0
// stack.h: a calling context as the source names it.
#ifndef CRUN_RACE_STACK_H
#define CRUN_RACE_STACK_H

#include <stdbool.h>
#include <stddef.h>

#include "context.h"
#include "symbolize.h"

enum { STACK_PCS = 128, STACK_FRAMES = 256 };

// A stack, symbolized, innermost first.
struct stack {
  size_t n;
  bool folded;  // levels of recursion are left out
  struct sym_frame frame[STACK_FRAMES];
};

// stack_of symbolizes a context and leaves out crun's own frames.
void stack_of(ctx_id ctx, unsigned byte, struct stack *out);

#endif
