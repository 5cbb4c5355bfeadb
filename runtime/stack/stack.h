// SPDX-License-Identifier: Apache-2.0
// stack.h: goroutine stacks and the G at the top of each.
//
//     lo                                                                     hi
//     | guard 64 KiB | ... untouched ... | frames <---- top | colour | struct g |
//
// A stack is of one of the classes 128 KiB, 256 KiB, ... 1 GiB, its guard and G included. class 0 is the least.
#ifndef CRUN_STACK_H
#define CRUN_STACK_H

#include "sched/g.h"

enum { STACK_GUARD = 64 * 1024, STACK_LEAST = 128 * 1024, STACK_DEFAULT = 256 * 1024 };

extern uint32_t stack_default;  // the class of who asks for none; read-only after stack_init

// stack_init reads CRUNSTACK.
void stack_init(void);

static inline size_t stack_bytes(uint32_t class) { return (size_t)STACK_LEAST << class; }

// stack_class returns the least class of at least `bytes`; STACK_CLASSES: there is none.
uint32_t stack_class(size_t bytes);

// stack_new makes up to n (at most 16) stacks of a class, each with a G in G_DEAD all of whose fields but the stack's are
// zero, linked by schedlink. nil: no memory, errno says why.
struct g *stack_new(uint32_t class, uint32_t n);

// stack_release gives all the memory of free stacks, linked by schedlink, back to the kernel. stack_new may
// give them out again.
void stack_release(struct g *list);

// stack_holds tells whether pages below gp's stack pointer hold memory; gp is parked. stack_trim gives it
// back to the kernel; gp is parked and stays so.
bool stack_holds(struct g *gp);
void stack_trim(struct g *gp);

// stack_top is where gp's first frame begins, 64-aligned.
void *stack_top(struct g *gp);

// stack_in_guard tells whether addr lies in the guard of a stack of ours, and whose it is.
struct g *stack_in_guard(uintptr_t addr);

// stack_count adds up the stacks that were ever made and the address space of all arenas.
void stack_count(uint64_t *stacks, uint64_t *bytes);

// stack_each_arena calls fn for all memory that stacks are made of.
void stack_each_arena(void (*fn)(uintptr_t lo, uintptr_t hi, void *arg), void *arg);

// stack_each calls fn for every goroutine on such a stack that has not ended.
void stack_each(void (*fn)(struct g *gp, void *arg), void *arg);

// A place in a walk over all stacks, a few at a time. All zero is the beginning.
struct stack_walk {
  uint32_t arena, stack;
};

// stack_next returns the next goroutine that has not ended, of at most *budget stacks, which it counts down;
// nil: the budget is used up, or w is at the end and becomes the beginning, in which case the budget is not.
struct g *stack_next(struct stack_walk *w, uint32_t *budget);

#endif
