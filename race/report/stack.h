// SPDX-License-Identifier: Apache-2.0
// stack.h: a calling context as the source names it.
#ifndef CRUN_RACE_STACK_H
#define CRUN_RACE_STACK_H

#include "context.h"
#include "frames.h"

enum { STACK_PCS = 128 };

// stack_of symbolizes a context and leaves out crun's own frames.
void stack_of(ctx_id ctx, unsigned byte, struct stack *out);

#endif
