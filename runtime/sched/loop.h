// SPDX-License-Identifier: Apache-2.0
// loop.h: the loop of an M: find_runnable, execute, and, when the goroutine has left, schedule again.
#ifndef CRUN_LOOP_H
#define CRUN_LOOP_H

#include "sched/crowd.h"
#include "sched/runq.h"
#include "sched/wake.h"
#include "time/timer.h"

// schedule runs goroutines, one after another. execute runs gp on this M, which has a P.
_Noreturn void schedule(void);
_Noreturn void execute(struct g *gp);

// Every so many picks what is far away comes first: the global queue, and timers that are due.
enum { FAIR_TICK = 61, TIMER_TICK = 16 };

// find_runnable returns what this M runs next; it may sleep, and comes back with another P then.
struct g *find_runnable(void);

// local takes the next of pp, the caller's, or the first of its ring.
static inline struct g *local(struct p *pp) {
  struct g *gp = load_rlx(&pp->runnext);
  if (!gp) return runq_get(&pp->runq, load_rlx(&sched.alone));
  store_rlx(&pp->runnext, NULL);
  return gp;
}

// find_fast is find_runnable while there is nothing to look at but pp's own queue; nil: there is, or that is empty.
static inline struct g *find_fast(struct p *pp) {
  uint64_t tick = load_rlx(&pp->schedtick);
  if (load_rlx(&pp->leaves) || load_rlx(&crowd.nurgent) || load_rlx(&crowd.nhogs)) return NULL;
  if (tick % FAIR_TICK == 0 || (tick % TIMER_TICK == 0 && timers_next() != INT64_MAX)) return NULL;
  return local(pp);
}

// work_anywhere tells whether an M with a P would find something to do.
bool work_anywhere(void);

// spin_end: mp found work; others may be needed for more of it.
static inline void spin_end(struct m *mp) {
  if (!mp->spinning) return;
  mp->spinning = false;
  if (add_seq(&sched.nspinning, -1u) == 1) wakep();
}

#endif
