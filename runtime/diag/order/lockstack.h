// SPDX-License-Identifier: Apache-2.0
// lockstack.h: where locks were taken, as numbers that stand for stacks.
//
// At an acquisition little is noted, since most locks are never nested: the call, the stack pointer, and the
// words there. When a request turns out to be new the stack is unwound once, for all that the goroutine holds: most
// frames above that of an earlier acquisition are there still, and small ones that are gone, as of a function that
// locks for others, have their return address among the words. What cannot be known so is left out. Under -race the detector's calling context is all of it.
#ifndef CRUN_DIAG_LOCKSTACK_H
#define CRUN_DIAG_LOCKSTACK_H

#include <stddef.h>
#include <stdint.h>

#include "race/report.h"

enum { SITE_WORDS = 6 };

struct site {
  uintptr_t pc;   // where the call of the lock returns to
  uintptr_t sp;   // the caller's stack pointer then; 0: it is unknown, or the call has not returned
  uintptr_t word[SITE_WORDS];  // from sp up
  uint32_t ctx;   // the detector's; 0: none
};

// A stack as it is now, with the ends of the frames; first is the caller of the runtime.
enum { UNWOUND = 60 };
struct stack_now {
  size_t n, first;
  uintptr_t pc[UNWOUND], cfa[UNWOUND];
};

// lockstack_here is called for the user's call that returns to pc.
void lockstack_here(struct stack_now *u, uintptr_t pc);

// lockstack_of returns the number of the stack of s. u (nil: it is not known) is the stack now.
uint32_t lockstack_of(const struct site *s, const struct stack_now *u);

// lockstack_read gives the stack.
void lockstack_read(uint32_t number, struct report_stack *out);

#endif
