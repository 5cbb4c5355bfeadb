// SPDX-License-Identifier: Apache-2.0
// stack.h: goroutine stacks and the G at the top of each.
//
//     lo                                                                     hi
//     | guard 64 KiB | ... untouched ... | frames <---- top | colour | struct g |
#ifndef CRUN_STACK_H
#define CRUN_STACK_H

#include "g.h"

enum { STACK_DEFAULT = 256 * 1024, STACK_GUARD = 64 * 1024 };
extern size_t stack_bytes;  // of one stack, guard and G included; read-only after stack_init

// stack_init reads CRUNSTACK.
void stack_init(void);

// stack_new returns a G in G_IDLE with its stack; nil: no memory. All its fields but the stack's are zero.
struct g *stack_new(void);

// stack_trim gives the kernel back what a stack that was deep once holds below its first 32 KiB.
void stack_trim(struct g *gp);

// stack_top is where gp's first frame begins, 64-aligned.
void *stack_top(struct g *gp);

// stack_in_guard tells whether addr lies in the guard of a stack of ours, and whose it is.
struct g *stack_in_guard(uintptr_t addr);

// stack_each calls fn for every goroutine on such a stack that has not ended.
void stack_each(void (*fn)(struct g *gp, void *arg), void *arg);

#endif
