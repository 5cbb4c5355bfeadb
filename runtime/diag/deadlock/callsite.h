// SPDX-License-Identifier: Apache-2.0
// callsite.h: a call as one word, of which a report gets the whole stack later.
//
//     plain: | hash (17 bits) | where the call returns to (47 bits) |        -race: | 1 | the detector's calling context |
//
// The hash is of how deep in its stack the call was made, and of the innermost return addresses, as frame pointers have
// them. A plain program keeps a table of all words that there were, each with the stack that was unwound when it was
// noted first. So what is done again and again from the same place costs a few loads, and the compare that finds the
// word in the object already.
//
// Calls that agree in the word and differ further out than CALLSITE_LEVELS show the stack of the first of them. What
// was compiled without frame pointers agrees sooner; the report says that it does not know (callsite_stack).
#ifndef CRUN_DIAG_CALLSITE_H
#define CRUN_DIAG_CALLSITE_H

#include <stddef.h>
#include <stdint.h>

#include "base/atomic.h"
#include "race/race.h"
#include "race/report.h"
#include "sched/g.h"

typedef uint64_t callsite;  // 0: none

#if CRUN_RACE
enum { CALLSITE_RACE = 1 };
#else
enum { CALLSITE_RACE = 0 };
#endif

enum { CALLSITE_LEVELS = 4, CALLSITE_PC_BITS = 47 };
#define CALLSITE_CONTEXT (1ull << 63)

static inline uint64_t callsite_mix(uint64_t h, uintptr_t word) { return (h ^ word) * 0x9e3779b97f4a7c15ull; }

static inline callsite callsite_word(uintptr_t pc, uint64_t h) {
  return (h >> CALLSITE_PC_BITS << CALLSITE_PC_BITS) | (pc & ((1ull << CALLSITE_PC_BITS) - 1));
}

typedef uintptr_t __attribute__((may_alias, aligned(1))) callsite_slot;

// callsite_of is for a call of a public function by gp that returns to pc; frame is that function's frame address.
static inline callsite callsite_of(const struct g *gp, uintptr_t pc, const void *frame) {
  if (CALLSITE_RACE) {
    uint32_t context = race_context(pc);
    return context ? CALLSITE_CONTEXT | context : pc;
  }
  uintptr_t hi = (uintptr_t)gp->stack_hi - 2 * sizeof(uintptr_t), at = (uintptr_t)frame;
  uint64_t h = callsite_mix(0, hi - at);
  for (int i = 0; i < CALLSITE_LEVELS; i++) {
    uintptr_t up = *(const callsite_slot *)at;
    if (up <= at || up > hi) break;  // no frame of this stack
    h = callsite_mix(h, ((const callsite_slot *)up)[1]);
    at = up;
  }
  return callsite_word(pc, h);
}

// In a public function: of its call.
#define callsite_here(gp) callsite_of(gp, (uintptr_t)__builtin_return_address(0), __builtin_frame_address(0))

// callsite_bare is for a call of which only where it returns to is known.
static inline callsite callsite_bare(uintptr_t pc) {
  uint32_t context = race_context(pc);
  return context ? CALLSITE_CONTEXT | context : pc;
}

// callsite_note keeps the stack of `at`, which is of a call that has not returned.
void callsite_note_slow(callsite at);
static inline void callsite_note(callsite at) {
  if (!CALLSITE_RACE) callsite_note_slow(at);
}

// callsite_set stores `at` in a field that whoever may use the object writes.
static inline void callsite_set(_Atomic(uint64_t) *field, callsite at) {
  if (__builtin_expect(load_rlx(field) == at, 1)) return;
  store_rlx(field, at);
  callsite_note(at);
}

// callsite_context is the detector's number of the stack; 0: none.
static inline uint32_t callsite_context(callsite at) { return CALLSITE_RACE && at & CALLSITE_CONTEXT ? (uint32_t)at : 0; }

// callsite_pc is where the call returns to.
uintptr_t callsite_pc(callsite at);

// callsite_stack gives the stack of `at`, or if that was not kept, the call.
void callsite_stack(callsite at, struct report_stack *out);

#endif
