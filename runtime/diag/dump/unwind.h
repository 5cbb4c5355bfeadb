// SPDX-License-Identifier: Apache-2.0
// unwind.h: the return addresses on a stack, by libunwind.
#ifndef CRUN_DIAG_UNWIND_H
#define CRUN_DIAG_UNWIND_H

#include "race/report.h"
#include "sched/g.h"

enum { UNWIND_HEAD = 50, UNWIND_TAIL = 50 };

// A stack's code addresses: the innermost ones, and of the rest the outermost, round and round.
struct unwound {
  uintptr_t head[UNWIND_HEAD], tail[UNWIND_TAIL];
  size_t n;              // how many there are on the stack, those left out included
  bool first_is_return;  // the innermost is a return address too, and not where it was stopped
};

// unwound_pc is the place of number i, innermost 0; those in the middle of a deep stack are gone.
static inline uintptr_t *unwound_pc(struct unwound *u, size_t i) {
  return i < UNWIND_HEAD ? &u->head[i] : &u->tail[i % UNWIND_TAIL];
}

// unwind_caller is the stack of the caller.
void unwind_caller(struct unwound *u);

// unwind_signalled is the stack that a signal stopped: context is the handler's ucontext_t. It allocates
// nothing and may be called by the handler.
void unwind_signalled(void *context, struct unwound *u);

// unwind_parked is the stack of a goroutine whose registers are on it.
void unwind_parked(struct g *gp, struct unwound *u);

// A stack with the CFA of each frame: its caller's stack pointer once it has returned; UINTPTR_MAX: the outermost one's.
struct unwound_frames {
  uintptr_t pc[REPORT_PCS], cfa[REPORT_PCS];
  size_t n;
};

// unwind_frames_here is the innermost part of the caller's stack.
void unwind_frames_here(struct unwound_frames *out);

// unwind_same_function tells whether two return addresses lie in one function, as the unwind tables have them.
bool unwind_same_function(uintptr_t a, uintptr_t b);

// unwind_report is the innermost part of gp's stack for a report; it is empty if gp runs elsewhere. Goroutines are
// frozen meanwhile, or gp cannot wake.
void unwind_report(struct g *gp, struct report_stack *out);

#endif
