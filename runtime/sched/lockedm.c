// SPDX-License-Identifier: Apache-2.0
// lockedm.c: goroutines that are locked to their thread, and CRUNDEBUG=migrate=1, which lets none stay on its own.
#include <unistd.h>

#include "diag/dump/dump.h"
#include "sched/loop.h"
#include "sched/m.h"
#include "sched/sched.h"
#include "sched/wake.h"

// m_idle counts mp as waiting, and the process as dead if everything does.
static void m_idle_locked_g(void) {
  lock(&sched.lock);
  sched.nidle_m++;
  bool dead = check_dead_locked();
  unlock(&sched.lock);
  if (dead) deadlock();
}

// run_locked is schedule for an M that a goroutine is locked to: it sleeps until another M has picked that
// goroutine and hands its P over.
_Noreturn void run_locked(struct m *mp) {
  race_switch(NULL);
  if (mp->p) handoff(p_release(mp));
  m_idle_locked_g();
  while (load_acq(&mp->park_word) == 0) futex_wait(&mp->park_word, 0, -1);  // A2
  store_rlx(&mp->park_word, 0);
  struct p *pp = mp->next_p;
  mp->next_p = NULL;
  p_acquire(mp, pp);
  execute(mp->locked_g);
}

// hand_to_locked gives mp's P to the M that alone may run gp, which waits in run_locked or is about to.
void hand_to_locked(struct m *mp, struct g *gp) {
  struct m *to = load_rlx(&gp->locked_m);
  to->next_p = p_release(mp);
  lock(&sched.lock);
  sched.nidle_m--;
  unlock(&sched.lock);
  store_rel(&to->park_word, 1);  // R2
  futex_wake(&to->park_word, 1);
  stopm(mp);
}

// thread_end ends the thread of a goroutine that ended locked to it: what it changed there (its name, its
// mask, its namespace) nobody else inherits. The process's first thread cannot end before the process: it
// sleeps.
_Noreturn void thread_end(struct m *mp) {
  handoff(p_release(mp));
  if (mp->tid != getpid()) __builtin_longjmp(mp->end, 1);
  m_idle_locked_g();
  for (;;) futex_wait(&mp->park_word, 0, -1);
}

// ---- forced migration: CRUNDEBUG=migrate=1 ----------------------------------------------------------

// give_to_other gives gp and mp's P to another M. If there is none and none can be started gp is on the global
// queue then, and may run anywhere.
static void give_to_other(struct m *mp, struct g *gp) {
  gp->ran_on = NULL;
  startm_with(p_release(mp), false, gp);
  lock(&sched.lock);
  struct p *pp = load_rlx(&sched.global_len) ? p_take_locked() : NULL;
  unlock(&sched.lock);
  if (pp) p_acquire(mp, pp);
  else stopm(mp);
}

// migrate decides where gp, which mp has picked, goes on: not on the M that ran it last. True: here.
// Not the queues are asked to keep it from that M, but the one that picked it hands it on, with its P: so it takes
// no second P, and nobody can pick it again in between.
bool migrate(struct m *mp, struct g *gp) {
  if (!gp->fresh && gp->ran_on == mp) {
    give_to_other(mp, gp);
    return false;
  }
  gp->ran_on = mp;
  return true;
}
