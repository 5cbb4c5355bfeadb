// SPDX-License-Identifier: Apache-2.0
// switch.h: the assembly seam (arch/<machine>/switch.S).
#ifndef CRUN_SWITCH_H
#define CRUN_SWITCH_H

#include "base/lock.h"
#include "sched/sched.h"

_Static_assert(offsetof(struct g, sp) == 0, "switch.S knows G_SP");
_Static_assert(offsetof(struct m, curg) == 0, "switch.S knows M_CURG");

enum { REGS_BYTES = 576, REGS_FLAGS = 56 };

// cr_mcall saves gp and calls fn(gp) on g0's stack. It returns as cr_switch does.
struct g *cr_mcall(struct g *gp, void *g0_sp, void (*fn)(struct g *gp));

// cr_gogo goes on with gp.
_Noreturn void cr_gogo(struct g *gp);

// cr_switch saves gp and goes on with next as mp's goroutine. It returns when gp goes on, maybe on another M, with the
// goroutine that was left for it; nil: it comes from g0.
struct g *cr_switch(struct g *gp, struct g *next, struct m *mp);

// The C++ library keeps what a thread has thrown and caught in a thread-local, laid out by the Itanium ABI as struct
// cxx_exceptions. It is the goroutine's, and goes with it. nil: there is no C++ in the program, as far as the linker knew.
extern struct cxx_exceptions *__cxa_get_globals(void) __attribute__((weak, visibility("default")));

static inline void cxx_leave(struct g *gp) {
  if (__builtin_expect(__cxa_get_globals == NULL, 1)) return;
  struct cxx_exceptions *e = __cxa_get_globals();
  gp->cxx = *e;
  *e = (struct cxx_exceptions){0};
}

static inline void cxx_arrive(struct g *gp) {
  if (__builtin_expect(__cxa_get_globals == NULL, 1)) return;
  *__cxa_get_globals() = gp->cxx;
}

// g_ended is what is left to do for a goroutine that has ended, on another stack than its own.
void g_ended(struct m *mp, struct g *gp);

// parked completes the park of gp, which mp's goroutine was left for and whose registers are at its sp now, or its end if
// there is nothing to commit.
static inline __attribute__((always_inline)) void parked(struct m *mp, struct g *gp) {
  if (!mp->commit) {
    g_ended(mp, gp);
    return;
  }
  store_rel(&gp->status, G_WAITING);
  if (mp->commit == unlock_commit) unlock(mp->commit_arg);
  else mp->commit(gp, mp->commit_arg);
}

// arrive is the first that gp does when it goes on. prev is who was left for it, nil: it comes from g0.
static inline __attribute__((always_inline)) void arrive(struct g *gp, struct g *prev) {
  struct m *mp = getm();
  fiber_arrive(&gp->fiber, prev ? &prev->fiber : &mp->fiber);
  if (prev) parked(mp, prev);
}

// mcall leaves gp, the goroutine of mp, for fn on mp's g0. fn begins with fiber_arrive.
static inline void mcall(struct m *mp, struct g *gp, void (*fn)(struct g *gp)) {
  cxx_leave(gp);
  fiber_leave(&gp->fiber, &mp->fiber);
  arrive(gp, cr_mcall(gp, mp->g0_sp, fn));
  cxx_arrive(gp);
}

// pass leaves gp, the goroutine of mp, for next, without g0. next completes gp's park.
static inline void pass(struct m *mp, struct g *gp, struct g *next) {
  cxx_leave(gp);
  fiber_leave(&gp->fiber, &next->fiber);
  arrive(gp, cr_switch(gp, next, mp));
  cxx_arrive(gp);
}

// gogo goes on with gp, from g0.
static inline _Noreturn void gogo(struct g *gp) {
  fiber_leave(&getm()->fiber, &gp->fiber);
  cr_gogo(gp);
}

// cr_go_entry is the first address of a new goroutine.
void cr_go_entry(void);

#endif
