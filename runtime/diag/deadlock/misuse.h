// SPDX-License-Identifier: Apache-2.0
// misuse.h: calls that a correct program never makes, told with the call and the earlier one that made it wrong.
#ifndef CRUN_DIAG_MISUSE_H
#define CRUN_DIAG_MISUSE_H

#include <stdint.h>

#include "race/race.h"
#include "race/report.h"
#include "sched/sched.h"

// Where and by whom something was done. Under -race the whole stack is known, else the call.
struct place {
  uintptr_t pc;   // of the user's call; 0: it was not done
  uint64_t goid;
  uint32_t ctx;   // the detector's number of the stack; 0: none
  uint32_t cfa;   // without it: low half of the caller's stack pointer, by which its frame is known again; 0: none
};

// call_cfa, in a public function, is the cfa of its call: above its frame pointer and return address.
#define call_cfa() (CRUN_RACE ? 0 : (uint32_t)(uintptr_t)__builtin_frame_address(0) + 2 * (uint32_t)sizeof(void *))

static inline struct place place_here(uintptr_t pc) {
  return (struct place){.pc = pc, .goid = getg()->goid, .ctx = race_context(pc)};
}

void place_stack(const struct place *p, struct report_stack *out);

// place_stack_of is place_stack for a place of gp's, which does not run: if what made the call there is still on its
// stack, by its frame, so are its callers.
void place_stack_of(struct g *gp, const struct place *p, struct report_stack *out);

// A wrong call by the goroutine that runs. What points to text is constant.
struct misuse {
  const char *rule;      // for the record and the id: "double-close"
  const char *title;     // what is wrong
  const char *does;      // what the call does to the object: "closes channel"
  const void *object;    // nil: there is none
  uintptr_t pc;          // of the user's call
  const char *earlier;   // what was done earlier: "closed it"; nil: nothing that is known
  struct place before;   // and where
};

// misuse_stack_here is the stack of the goroutine that runs.
void misuse_stack_here(struct report_stack *out);

// misuse_tell tells of m. The goroutine goes on.
void misuse_tell(const struct misuse *m);

// misuse_panic panics with text; if nobody recovers that, m is told.
_Noreturn void misuse_panic(const struct misuse *m, const char *text);

#endif
