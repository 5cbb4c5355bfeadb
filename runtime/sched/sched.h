// SPDX-License-Identifier: Apache-2.0
// sched.h: what the rest of the runtime asks of the scheduler: park, ready, yield, entry and exit.
#ifndef CRUN_SCHED_H
#define CRUN_SCHED_H

#include "base/check.h"
#include "base/os.h"
#include "sched/g.h"
#include "sched/retake.h"

// getg returns the running goroutine; on a foreign thread one that is bound to it is made.
struct g *getg_slow(void);
static inline struct g *getg(void) {
  struct m *mp = getm();
  return __builtin_expect(mp != NULL && mp->curg != NULL, 1) ? mp->curg : getg_slow();
}

// getg_or_nil is nil on a foreign thread that has none yet, and calls nothing.
static inline struct g *getg_or_nil(void) {
  struct m *mp = getm();
  return __builtin_expect(mp != NULL, 1) ? mp->curg : NULL;
}

// rt_enter and rt_exit bracket every public function that may touch the scheduler. In between the P
// cannot be taken away. rt_enter may park the goroutine, so nothing thread-local lives across it.
void rt_enter_slow(void);
static inline void rt_enter(void) {
  struct m *mp = getm();
  if (__builtin_expect(!mp, 0)) return;
  if (__builtin_expect(m_enter(mp), 0)) rt_enter_slow();
}
static inline void rt_exit(void) {
  struct m *mp = getm();
  if (__builtin_expect(!mp, 0)) return;
  m_exit(mp);
}

// park parks the running goroutine. commit runs on g0 when its registers are saved: false says that
// it must go on at once. Between commit's publishing and park's return anybody may make it ready.
typedef bool (*park_commit)(struct g *gp, void *arg);
void park(park_commit commit, void *arg, enum wait_reason why);

// park_sure is park of who never goes on at once: commit returns true. It may run on the stack of the next goroutine,
// and so must be short.
void park_sure(park_commit commit, void *arg, enum wait_reason why);

// park_unlock parks and gives l back once the goroutine can be made ready.
bool unlock_commit(struct g *gp, void *l);
static inline void park_unlock(struct lock *l, enum wait_reason why) { park_sure(unlock_commit, l, why); }

// ready makes a parked goroutine runnable, next on this P.
void ready(struct g *gp);

// ready_new is ready for a goroutine that has not run yet: an M is woken if one is idle.
void ready_new(struct g *gp);

// gosched lets others run: the goroutine goes to the end of the global queue.
void gosched(void);

// sched_block gives the P away, between rt_enter and rt_exit, before a call that is known to block the
// thread for long. The next rt_enter takes one again.
void sched_block(void);

// goexit ends the running goroutine.
_Noreturn void goexit(void);

// sched_start makes the calling thread, the process's first, M 0 and its goroutine main.
void sched_start(void);

// sched_each calls fn for every goroutine that has not ended, with the list locked;
// sched_each_locked expects that of the caller.
void sched_each(void (*fn)(struct g *gp, void *arg), void *arg);
void sched_each_locked(void (*fn)(struct g *gp, void *arg), void *arg);

// can_spin tells whether it may pay to wait a moment for a goroutine that runs on another M.
bool can_spin(void);

int sched_procs(void);
uint64_t sched_goroutines(void);

#endif
