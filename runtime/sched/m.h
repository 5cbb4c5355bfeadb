// SPDX-License-Identifier: Apache-2.0
// m.h: threads that run goroutines: how they come to a P, sleep without one and wake up with one.
#ifndef CRUN_M_H
#define CRUN_M_H

#include "sched/wake.h"

// p_take_locked takes a P off the idle list, nil: there is none. Under sched.lock.
static inline struct p *p_take_locked(void) {
  struct p *pp = sched.idle_p;
  if (!pp) return NULL;
  sched.idle_p = pp->idle_next;
  add_seq(&sched.nidle_p, -1u);
  return pp;
}

// p_take is p_take_locked for who has no lock.
static inline struct p *p_take(void) {
  lock(&sched.lock);
  struct p *pp = p_take_locked();
  unlock(&sched.lock);
  return pp;
}

static inline void p_acquire(struct m *mp, struct p *pp) {
  mp->p = pp;
  store_rlx(&pp->m, mp);
  store_rel(&pp->status, P_RUNNING);
  sysmon_poke();
}

// p_release takes mp's P from it.
static inline struct p *p_release(struct m *mp) {
  struct p *pp = mp->p;
  mp->p = NULL;
  store_rlx(&pp->m, NULL);
  return pp;
}

// startm_with gives pp to an idle M, or to a new one, and gp to run first, if it is not nil.
void startm_with(struct p *pp, bool spinning, struct g *gp);

// stopm sleeps until mp has a P again.
void stopm(struct m *mp);

// take_given takes the P that mp was woken or started for; it does not return if a goroutine came with it.
void take_given(struct m *mp);

// check_dead_locked tells whether the process is deadlocked. Under sched.lock; who is about to sleep has counted itself.
bool check_dead_locked(void);

// run_locked runs the goroutine that mp is locked to, once another M has picked it and hands its P over.
_Noreturn void run_locked(struct m *mp);

// hand_to_locked gives mp's P to the M that alone may run gp, and sleeps.
void hand_to_locked(struct m *mp, struct g *gp);

// thread_end ends the thread of a goroutine that ended locked to it.
_Noreturn void thread_end(struct m *mp);

// migrate decides where gp, which mp has picked, goes on under CRUNDEBUG=migrate=1. True: here.
bool migrate(struct m *mp, struct g *gp);

#endif
