// SPDX-License-Identifier: Apache-2.0
// trim.h: who may touch the pages below a parked goroutine's frames: the one who trims them, or the M that is about
// to run it.
//
//     trims:    trimming = 1; frozen += FROZEN_TRIM (R1);   membarrier;             status? (A2)   parked: the pages go
//     execute:  status = running (R2);                      (compiler barrier);     frozen, trimming? (A1)
//
// The membarrier makes execute pass a full fence between the two, so one of the two sees the other. An execute that
// sees its own goroutine marked waits until it is not. tests/model/trim_model.c runs this file under every
// interleaving, with the stores of the M delayed as x86 delays them.
#ifndef CRUN_TRIM_H
#define CRUN_TRIM_H

#include "base/os.h"
#include "sched/g.h"

// What is added to sched.frozen while stacks are trimmed; below it are counted those who hold all goroutines back.
enum { FROZEN_TRIM = 1 << 30 };

// trim_forbids tells execute, which has stored the status, that gp must not run yet.
static inline __attribute__((always_inline)) bool trim_forbids(const _Atomic uint32_t *frozen, struct g *gp) {
  uint32_t f = load_rlx(frozen);  // A1
  return __builtin_expect(f, 0) && (f % FROZEN_TRIM || load_acq(&gp->trimming));
}

// trim_begin makes n marked goroutines stay parked, if they are.
static inline void trim_begin(_Atomic uint32_t *frozen, struct g **gs, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) store_rlx(&gs[i]->trimming, 1);
  add_seq(frozen, FROZEN_TRIM);  // R1
  os_barrier();
}

// trim_may tells whether gp, one of those, is parked.
static inline bool trim_may(struct g *gp) { return load_acq(&gp->status) == G_WAITING; }  // A2

// trim_end lets gp run again. True: somebody waits for that.
static inline bool trim_end(struct g *gp) { return xchg_rel(&gp->trimming, 0) == 2; }

#endif
