// SPDX-License-Identifier: Apache-2.0
// loop.h: the loop of an M: find_runnable, execute, and, when the goroutine has left, schedule again.
#ifndef CRUN_LOOP_H
#define CRUN_LOOP_H

#include "sched/wake.h"

// schedule runs goroutines, one after another. execute runs gp on this M, which has a P.
_Noreturn void schedule(void);
_Noreturn void execute(struct g *gp);

// find_runnable returns what this M runs next; it may sleep, and comes back with another P then.
struct g *find_runnable(void);

// work_anywhere tells whether an M with a P would find something to do.
bool work_anywhere(void);

// spin_end: mp found work; others may be needed for more of it.
static inline void spin_end(struct m *mp) {
  if (!mp->spinning) return;
  mp->spinning = false;
  if (add_seq(&sched.nspinning, -1u) == 1) wakep();
}

#endif
