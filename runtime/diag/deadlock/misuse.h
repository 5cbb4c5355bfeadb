// SPDX-License-Identifier: Apache-2.0
// misuse.h: calls that a correct program never makes, told with the call and the earlier one that made it wrong.
#ifndef CRUN_DIAG_MISUSE_H
#define CRUN_DIAG_MISUSE_H

#include <stdint.h>

#include "diag/deadlock/callsite.h"
#include "race/race.h"
#include "race/report.h"
#include "sched/sched.h"

// Where and by whom something was done.
struct place {
  callsite at;    // 0: it was not done
  uint64_t goid;  // 0: it is not known
};

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
