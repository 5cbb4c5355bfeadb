// SPDX-License-Identifier: Apache-2.0
// retake.h: who has a P while its M runs user code: the M's two plain instructions against sysmon's barrier.
//
//     M, at each call:       in_rt = 1 (R1);   (compiler barrier);   retake? (A2)
//     sysmon, under its lock: retake = 1 (R2);  membarrier;           in_rt? (A1)   no: the P is taken
//
// membarrier makes every M pass a full fence between the two, so one of the two sees the other. An M that sees
// retake takes retake_lock, and so waits until sysmon has decided. tests/model/retake_model.c runs this file under
// every interleaving, with the stores of the Ms delayed as x86 delays them.
#ifndef CRUN_RETAKE_H
#define CRUN_RETAKE_H

#include "base/check.h"
#include "base/os.h"
#include "sched/g.h"

// m_enter marks mp as in the runtime. True: it has to look, under retake_lock, what sysmon did.
static inline __attribute__((always_inline)) bool m_enter(struct m *mp) {
  DCHECK(load_rlx(&mp->in_rt) == 0);          // not nested: the inner exit would be the outer one's too
  store_rlx(&mp->in_rt, 1);                   // R1
  atomic_signal_fence(memory_order_seq_cst);  // membarrier makes this a real fence
  return load_acq(&mp->retake);               // A2
}

static inline __attribute__((always_inline)) void m_exit(struct m *mp) { store_rel(&mp->in_rt, 0); }

// retake_locked takes pp from mp if that runs user code. False: it is in the runtime, and retake stays set.
static inline bool retake_locked(struct m *mp, struct p *pp) {
  store_seq(&mp->retake, 1);  // R2
  os_barrier();
  if (load_acq(&mp->in_rt) || load_rlx(&mp->p) != pp) return false;  // A1
  store_rlx(&mp->p, NULL);
  store_rlx(&pp->m, NULL);
  return true;
}

// give_locked takes mp's P from it by its own will; m_enter will say so. nil: it has none.
static inline struct p *give_locked(struct m *mp) {
  struct p *pp = load_rlx(&mp->p);
  if (!pp) return NULL;
  store_rlx(&mp->retake, 1);
  store_rlx(&mp->p, NULL);
  store_rlx(&pp->m, NULL);
  return pp;
}

// quiet_begin_locked tells whether mp runs user code, and does so until quiet_end_locked; what is changed meanwhile it sees
// at its next call.
static inline bool quiet_begin_locked(struct m *mp) {
  store_seq(&mp->retake, 1);  // R2
  os_barrier();
  return !load_acq(&mp->in_rt);  // A1
}

static inline void quiet_end_locked(struct m *mp) { store_rel(&mp->retake, mp->yield); }

// next_locked takes the goroutine that pp is to run next from mp, which has pp and runs user code; nil: there is none, or
// mp is in the runtime and about to look at it itself. Who owns pp needs no locked instruction for its next.
static inline struct g *next_locked(struct m *mp, struct p *pp) {
  struct g *gp = NULL;
  if (quiet_begin_locked(mp) && load_rlx(&mp->p) == pp) {
    gp = load_rlx(&pp->runnext);
    store_rlx(&pp->runnext, NULL);
  }
  quiet_end_locked(mp);
  return gp;
}

// back_locked: mp has noticed. True: its P is gone.
static inline bool back_locked(struct m *mp) {
  store_rlx(&mp->retake, 0);
  return load_rlx(&mp->p) == NULL;
}

#endif
