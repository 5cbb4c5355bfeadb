// SPDX-License-Identifier: Apache-2.0
// switch.h: the assembly seam (arch/<machine>/switch.S).
#ifndef CRUN_SWITCH_H
#define CRUN_SWITCH_H

#include "sched/g.h"

_Static_assert(offsetof(struct g, sp) == 0, "switch.S knows G_SP");

enum { REGS_BYTES = 576, FN_BYTES = 64, REGS_FLAGS = 56 };

// cr_mcall saves gp and calls fn(gp) on g0's stack; it returns when gp goes on, maybe on another M.
void cr_mcall(struct g *gp, void *g0_sp, void (*fn)(struct g *gp));

// cr_gogo goes on with gp.
_Noreturn void cr_gogo(struct g *gp);

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

// mcall leaves gp, the goroutine of mp, for fn on mp's g0. fn begins with fiber_arrive.
static inline void mcall(struct m *mp, struct g *gp, void (*fn)(struct g *gp)) {
  cxx_leave(gp);
  fiber_leave(&gp->fiber, &mp->fiber);
  cr_mcall(gp, mp->g0_sp, fn);
  fiber_arrive(&gp->fiber, &getm()->fiber);
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
