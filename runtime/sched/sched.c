// SPDX-License-Identifier: Apache-2.0
// sched.c: the scheduler's loop, and how a goroutine leaves it and comes back: park, ready, yield, end.
//
// A worker's loop (schedule): find_runnable -> execute -> (the goroutine parks, yields or ends) -> again.
//
// Rules, after Go's:
//   1. An M that runs goroutines holds a P. One without work gives its P back, then looks at every
//      queue once more, then sleeps. Who adds work does so first and then looks whether anybody spins.
//      One of the two sees the other (R1/A1: sequentially consistent counts of spinning Ms and the queues).
//   2. At most half as many Ms as there are busy Ps look for work (spin).
//   3. A goroutine made ready goes to runnext of the P that did it, and no M is woken for it: it is
//      next anyway. What it drives out goes to the ring, and for that an M is woken, unless it would be in vain (vain.h).
//   4. Every 61st pick is from the global queue, or past runnext from the ring, so that two goroutines
//      that make each other ready starve nobody.
//
// Locks, by rank: retake_lock < sched.lock < all_lock; arena and timer locks are leaves.
#include "sched/sched.h"

#include <limits.h>
#include <pthread.h>

#include "base/os.h"
#include "diag/deadlock/waitfor.h"
#include "diag/order/lockorder.h"
#include "diag/settings.h"
#include "sched/crowd.h"
#include "sched/foreign.h"
#include "sched/globq.h"
#include "sched/go.h"
#include "sched/loop.h"
#include "sched/m.h"
#include "sched/nap.h"
#include "sched/runq.h"
#include "sched/switch.h"
#include "sched/vain.h"
#include "sched/wake.h"
#include "stack/gfree.h"
#include "stack/scavenge.h"
#include "stack/trim.h"
#include "time/timer.h"

struct sched sched;
_Thread_local struct m *m_tls;

// wait_thaw holds gp back while a dump reads the stacks of what does not run, or gp's own is being trimmed.
static __attribute__((noinline)) void wait_thaw(struct g *gp) {
  store_rel(&gp->status, G_RUNNABLE);
  for (uint32_t n; (n = load_acq(&sched.frozen)) % FROZEN_TRIM;) futex_wait(&sched.frozen, n, -1);
  scavenge_wait(gp);
  store_rlx(&gp->status, G_RUNNING);
}

void sched_freeze(void) {
  add_seq(&sched.frozen, 1);
  os_barrier();  // R5: who did not see frozen in execute has its G_RUNNING seen by us
}

void sched_thaw(void) {
  if (add_seq(&sched.frozen, -1u) % FROZEN_TRIM == 1) futex_wake(&sched.frozen, INT_MAX);
}

// may_run marks gp as running. False: it has to wait.
static inline bool may_run(struct g *gp) {
  store_rlx(&gp->status, G_RUNNING);
  atomic_signal_fence(memory_order_seq_cst);
  return !trim_forbids(&sched.frozen, gp);  // A5
}

_Noreturn void execute(struct g *gp) {
  struct m *mp = getm();
  while (!may_run(gp)) wait_thaw(gp);
  mp->curg = gp;
  store_rlx(&mp->p->schedtick, load_rlx(&mp->p->schedtick) + 1);
  race_switch(gp->race);
  *mp->errno_at = gp->errno_saved;
  gogo(gp);
}

_Noreturn void schedule(void) {
  struct m *mp = getm();
  if (__builtin_expect(mp->locked_g != NULL, 0)) run_locked(mp);
  for (;;) {
    struct g *gp = mp->picked;
    mp->picked = NULL;
    if (!gp && !(gp = find_fast(mp->p))) gp = find_runnable();
    spin_end(mp);
    if (__builtin_expect(load_rlx(&gp->locked_m) != NULL, 0)) hand_to_locked(mp, gp);
    else if (__builtin_expect(!settings.migrate, 1) || migrate(mp, gp)) execute(gp);
  }
}

// ---- park, ready, yield, end -----------------------------------------------------------------------

// leave marks the goroutine of this M as gone from it. The detector is told before anybody else can run it: what it
// notes of a goroutine's thread-locals when that leaves a thread is the goroutine's.
static struct m *leave(struct g *gp, enum g_status status) {
  struct m *mp = getm();
  race_switch(NULL);
  fiber_arrive(&mp->fiber, &gp->fiber);
  mp->curg = NULL;
  store_rel(&gp->status, status);
  return mp;
}

static void park_g0(struct g *gp) {
  struct m *mp = leave(gp, G_WAITING);
  if (mp->commit && !mp->commit(gp, mp->commit_arg)) execute(gp);
  schedule();
}

static void park_thread(struct g *gp, park_commit commit, void *arg) {
  store_rlx(&gp->thread_word, 0);
  store_rel(&gp->status, G_WAITING);
  if (!commit || commit(gp, arg)) {
    add_seq(&sched.nparked_threads, 1);
    while (load_acq(&gp->thread_word) == 0) futex_wait(&gp->thread_word, 0, -1);  // A3
  }
  store_rel(&gp->status, G_RUNNING);
}

void park(park_commit commit, void *arg, enum wait_reason why) {
  struct g *gp = getg();
  gp->wait_reason = why;
  store_rlx(&gp->wait_since_ns, load_rlx(&sched.coarse_ns));
  if (gp->is_thread) {
    park_thread(gp, commit, arg);
    return;
  }
  if (__builtin_expect(gp->nforeign != 0, 0)) foreign_parks(gp, why);
  struct m *mp = getm();
  mp->commit = commit;
  mp->commit_arg = arg;
  gp->errno_saved = *mp->errno_at;
  mcall(mp, gp, park_g0);
}

// pick_next is who mp's goroutine gp can go over to as it parks; nil: that is for g0 to decide, which has to run mp->picked
// first, if there is one.
static inline struct g *pick_next(struct m *mp, struct g *gp) {
  if (__builtin_expect(!mp->p || mp->locked_g || gp->nforeign || settings.migrate, 0)) return NULL;
  struct g *next = find_fast(mp->p);
  if (!next) return NULL;
  if (__builtin_expect(!load_rlx(&next->locked_m) && may_run(next), 1)) return next;
  store_rlx(&next->status, G_RUNNABLE);
  mp->picked = next;
  return NULL;
}

void park_sure(park_commit commit, void *arg, enum wait_reason why) {
  struct m *mp = getm();
  struct g *gp = mp->curg, *next = pick_next(mp, gp);
  if (!next) {
    park(commit, arg, why);
    return;
  }
  gp->wait_reason = why;
  store_rlx(&gp->wait_since_ns, load_rlx(&sched.coarse_ns));
  mp->commit = commit;
  mp->commit_arg = arg;
  gp->errno_saved = *mp->errno_at;
  *mp->errno_at = next->errno_saved;
  store_rlx(&mp->p->schedtick, load_rlx(&mp->p->schedtick) + 1);
  race_switch(next->race);
  pass(mp, gp, next);
}

bool unlock_commit(struct g *gp, void *l) {
  unlock(l);
  return true;
}

// spill moves some of pp's full ring and gp to the global queue.
static void spill(struct p *pp, struct g *gp) {
  struct g *batch[RUNQ_GRAB + 1];
  uint32_t n = runq_grab(&pp->runq, batch);
  batch[n++] = gp;
  for (uint32_t i = 0; i + 1 < n; i++) batch[i]->schedlink = batch[i + 1];
  lock(&sched.lock);
  global_put_locked(batch[0], batch[n - 1], n);
  unlock(&sched.lock);
}

// swap_next makes gp the next of pp, the caller's, and returns who was.
static inline struct g *swap_next(struct p *pp, struct g *gp) {
  struct g *old = load_rlx(&pp->runnext);
  store_rel(&pp->runnext, gp);
  return old;
}

// has_next tells whether Ps have a next. It is taken from one that computes with the help of a barrier (find.c): without,
// everything goes to the ring, unless there is nobody to take it.
static inline bool has_next(void) { return load_rlx(&sched.has_barrier) || load_rlx(&sched.nmade) == 1; }

// put makes gp the next of pp. True: a goroutine waits behind another.
static inline bool put(struct p *pp, struct g *gp) {
  if (has_next() && !(gp = swap_next(pp, gp))) return false;
  if (!runq_put(&pp->runq, gp)) spill(pp, gp);
  return true;
}

// wake_other: work was added, by who has pp (nil: by who has none); somebody may sleep who could do it. Who has the only
// P there is wakes nobody.
static inline void wake_other(const struct p *pp) {
  if (pp && load_rlx(&sched.nmade) == 1) return;
  atomic_thread_fence(memory_order_seq_cst);  // R1
  wakep();
}

void ready(struct g *gp) {
  if (gp->is_thread) {
    add_seq(&sched.nparked_threads, -1);  // perhaps before it counts itself: it counts as running for a moment longer
    store_rel(&gp->thread_word, 1);       // R3
    futex_wake(&gp->thread_word, 1);
    return;
  }
  store_rel(&gp->status, G_RUNNABLE);
  struct m *mp = getm();
  struct p *pp = mp ? load_rlx(&mp->p) : NULL;
  if (pp) {
    store_rlx(&pp->next_is_new, false);
    if (!put(pp, gp) || vain_now()) return;
  } else {
    urgent_put(gp);
  }
  wake_other(pp);
}

void ready_new(struct g *gp) {
  store_rel(&gp->status, G_RUNNABLE);
  struct m *mp = getm();
  struct p *pp = mp ? load_rlx(&mp->p) : NULL;
  if (pp) {
    store_rlx(&pp->next_is_new, true);
    put(pp, gp);
    if (nap_spares(&sched.drowsy)) return;
  } else {
    global_put(gp);
  }
  wake_other(pp);
}

bool can_spin(void) {
  struct m *mp = getm();
  uint32_t n = load_rlx(&sched.nprocs);
  return n > 1 && mp && mp->p && runq_len(&mp->p->runq) == 0 && !load_rlx(&mp->p->runnext) &&
         load_rlx(&sched.nidle_p) + load_rlx(&sched.nspinning) + 1 < n;
}

static void gosched_g0(struct g *gp) {
  struct m *mp = leave(gp, G_RUNNABLE);
  if (runq_len(&mp->p->runq) == 0 && !load_rlx(&mp->p->runnext) && load_rlx(&sched.global_len) == 0 &&
      timers_next() == INT64_MAX && !load_rlx(&mp->p->leaves) && !load_rlx(&crowd.nheld) && !settings.migrate)
    execute(gp);
  if (!runq_put(&mp->p->runq, gp)) global_put(gp);
  schedule();
}

void gosched(void) {
  struct g *gp = getg();
  if (gp->is_thread) return;
  struct m *mp = getm();
  gp->errno_saved = *mp->errno_at;
  mcall(mp, gp, gosched_g0);
}

void g_ended(struct m *mp, struct g *gp) {
  store_rel(&gp->status, G_DEAD);
  waitfor_g_ended(gp);
  race_g_end(gp->race);
  gp->race = NULL;
  lockorder_ended(gp);
  count_g(mp, -1);
  gp->nlocks = gp->nforeign = 0;
  store_rlx(&gp->locked_m, NULL);
  if (!gp->is_main) g_free(mp->p, gp);
}

static void goexit_g0(struct g *gp) {
  struct m *mp = leave(gp, G_DEAD);
  g_ended(mp, gp);
  if (mp->locked_g) thread_end(mp);
  schedule();
}

void goexit(void) {
  struct g *gp = getg();
  if (gp->is_thread) {
    race_hide_begin();
    pthread_exit(NULL);
  }
  cxx_leave(gp);
  fiber_end(&gp->fiber, &getm()->fiber);
  cr_mcall(gp, getm()->g0_sp, goexit_g0);
  __builtin_unreachable();
}

// The goroutine that goes on for one whose function has returned, and their M. In two registers, for switch.S.
struct successor {
  struct g *next;
  struct m *mp;
};

// FROM_G0: what has to be told of a goroutine's end is told by g0.
#if CRUN_RACE || defined(__SANITIZE_ADDRESS__)
enum { FROM_G0 = true };
#else
enum { FROM_G0 = false };
#endif

// cr_go_return ends the running goroutine, whose function has returned. It returns who goes on at once, and
// completes its end, or not at all.
__attribute__((used, visibility("hidden"))) struct successor cr_go_return(void) {
  rt_enter();
  struct m *mp = getm();
  struct g *gp = mp->curg, *next = FROM_G0 ? NULL : pick_next(mp, gp);
  if (!next) goexit();
  cxx_leave(gp);
  mp->commit = NULL;
  *mp->errno_at = next->errno_saved;
  store_rlx(&mp->p->schedtick, load_rlx(&mp->p->schedtick) + 1);
  return (struct successor){next, mp};
}

// ---- losing the P ----------------------------------------------------------------------------------

static void no_p_g0(struct g *gp) {
  struct m *mp = leave(gp, G_RUNNABLE);
  urgent_put(gp);
  wakep();
  if (!mp->locked_g) stopm(mp);
  schedule();
}

static void yield_g0(struct g *gp) {
  leave(gp, G_RUNNABLE);
  global_put(gp);
  wakep();
  schedule();
}

// back takes notice of what sysmon did. True: the P was taken; *yield: it was not, since the goroutine was in the
// runtime, but it has run for long and others wait.
static bool back(struct m *mp, bool *yield) {
  lock(&sched.retake_lock);
  bool lost = back_locked(mp);
  *yield = !lost && mp->yield && mp->yield_tick == (uint32_t)load_rlx(&mp->p->schedtick);
  mp->yield = false;
  lost_remove(mp);
  unlock(&sched.retake_lock);
  return lost;
}

__attribute__((noinline)) void rt_enter_slow(void) {
  struct m *mp = getm();
  struct g *gp = mp->curg;
  bool yield;
  if (back(mp, &yield)) {
    struct p *pp = p_take();
    if (pp) p_acquire(mp, pp);
    if (held_may_begin()) wakep();
    if (pp) return;
  } else if (!yield) {
    return;
  }
  gp->errno_saved = *mp->errno_at;
  mcall(mp, gp, mp->p ? yield_g0 : no_p_g0);
}

void sched_block(void) {
  struct m *mp = getm();
  lock(&sched.retake_lock);
  struct p *pp = mp ? give_locked(mp) : NULL;
  unlock(&sched.retake_lock);
  if (pp) handoff(pp);
}
