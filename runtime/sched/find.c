// SPDX-License-Identifier: Apache-2.0
// find.c: which goroutine an M runs next: the order in which it looks, stealing, and giving the P back.
#include "io/netpoll.h"
#include "sched/crowd.h"
#include "sched/globq.h"
#include "sched/loop.h"
#include "sched/m.h"
#include "sched/procs.h"
#include "sched/retake.h"
#include "sched/runq.h"
#include "sched/sched.h"
#include "sched/vain.h"
#include "sched/wake.h"
#include "time/timer.h"

enum { STEAL_ROUNDS = 4 };

static void spin_begin(struct m *mp) {
  if (mp->spinning) return;
  mp->spinning = true;
  add_seq(&sched.nspinning, 1);
}

// next_of takes victim's runnext if its M runs user code.
static struct g *next_of(struct p *victim) {
  struct g *gp = NULL;
  lock(&sched.retake_lock);
  struct m *mp = load_acq(&victim->status) == P_RUNNING ? load_rlx(&victim->m) : NULL;
  if (mp && load_rlx(&mp->p) == victim && !load_rlx(&mp->in_rt)) gp = next_locked(mp, victim);
  unlock(&sched.retake_lock);
  return gp;
}

// steal_next takes victim's runnext if it stays there for a while: its owner is about to run it.
static struct g *steal_next(struct p *victim) {
  struct g *gp = load_rlx(&victim->runnext);
  if (!gp || !load_rlx(&sched.has_barrier)) return NULL;
  for (int i = 0; i < 200; i++) {
    if (load_rlx(&victim->runnext) != gp) return NULL;
    cpu_relax();
  }
  return next_of(victim);
}

static struct g *steal_from(struct p *pp, struct p *victim, bool next_too) {
  struct g *batch[RUNQ_GRAB];
  uint32_t n = runq_grab(&victim->runq, batch);
  struct g *next = n == 0 && next_too ? steal_next(victim) : NULL;
  store_rlx(&pp->nsteals, load_rlx(&pp->nsteals) + n + (next != NULL));
  if (n == 0) return next;
  for (uint32_t i = 0; i + 1 < n; i++) runq_put(&pp->runq, batch[i]);  // pp's ring is empty
  return batch[n - 1];
}

static struct g *steal(struct p *pp) {
  for (int round = 0; round < STEAL_ROUNDS; round++) {
    uint32_t n = load_acq(&sched.nmade), start = cheaprand() % n;  // A7
    for (uint32_t i = 0; i < n; i++) {
      struct p *victim = sched.procs[(start + i) % n];
      if (victim == pp) continue;
      struct g *gp = steal_from(pp, victim, round == STEAL_ROUNDS - 1);
      if (gp) return gp;
    }
  }
  return NULL;
}

// A runnext that was made ready is no work for others: its P is about to run it. One that was started is,
// for its creator may go on for long.
bool work_anywhere(void) {
  if (load_seq(&sched.global_len)) return true;  // A1
  for (uint32_t i = 0, n = load_acq(&sched.nmade); i < n; i++) {  // A7
    struct p *pp = sched.procs[i];
    if (runq_len(&pp->runq)) return true;
    if (load_rlx(&pp->next_is_new) && load_acq(&pp->runnext)) return true;
  }
  return timers_next() <= nanotime();
}

// inject puts list behind what pp runs; without a P it goes to the urgent queue. Threads that are not
// ours are woken.
static void inject(struct p *pp, struct g *list) {
  for (struct g *gp = list, *next; gp; gp = next) {
    next = gp->schedlink;
    if (gp->is_thread) ready(gp);
    else if (!pp) urgent_put(gp);
    else if (!runq_put(&pp->runq, gp)) global_put(gp);
  }
  if (list) wakep();
}

// poll_now looks for descriptors that became ready.
static struct g *poll_now(struct p *pp) {
  if (!netpoll_unwatched()) return NULL;
  struct g *list = netpoll(0);
  inject(pp, list);
  return list ? local(pp) : NULL;
}

// wait_for_io waits for descriptors and the next timer with an M that has no P, if somebody waits for them
// and no other M does it. True: the M has a P again.
static bool wait_for_io(struct m *mp) {
  if (!netpoll_unwatched()) return false;
  race_switch(NULL);
  struct g *list = netpoll(timers_next());
  struct p *pp = p_take();
  if (pp) p_acquire(mp, pp);
  inject(pp, list);
  return pp != NULL;
}

void sched_poll(void) { inject(NULL, netpoll(0)); }

// fair looks first where others are not looked at while there is something nearer; each place has its turn.
static struct g *fair(struct p *pp, uint32_t turn) {
  struct g *gp = NULL;
  for (uint32_t i = 0; i < 3 && !gp; i++) {
    switch ((turn + i) % 3) {
      case 0: gp = global_get(pp, 1); break;
      case 1: gp = runq_get(&pp->runq, load_rlx(&sched.alone)); break;
      case 2: gp = held_get(); break;
    }
  }
  return gp;
}

// pick looks without sleeping.
static struct g *pick(struct m *mp, struct p *pp) {
  struct g *gp;
  uint64_t tick = load_rlx(&pp->schedtick);
  if (tick % FAIR_TICK == 0 && (gp = fair(pp, (uint32_t)(tick / FAIR_TICK)))) return gp;
  if (__builtin_expect(load_rlx(&crowd.pass) != 0, 0) && (gp = held_get())) return gp;
  if (__builtin_expect(load_rlx(&crowd.nurgent) != 0, 0) && (gp = urgent_get())) return gp;
  if (tick % TIMER_TICK == 0 && timers_next() != INT64_MAX) timers_run(nanotime());
  if ((gp = local(pp))) return gp;
  if ((gp = global_get(pp, RUNQ_SIZE / 2))) return gp;
  if ((gp = held_get())) return gp;
  if (timers_next() != INT64_MAX && timers_run(nanotime()) && (gp = local(pp))) return gp;
  if ((gp = poll_now(pp))) return gp;
  uint32_t busy = load_rlx(&sched.nlive_p) - load_seq(&sched.nidle_p);
  if (!mp->spinning && vain_again(mp)) return NULL;
  if (mp->spinning || 2 * load_seq(&sched.nspinning) < busy) {
    spin_begin(mp);
    gp = steal(pp);
    if (gp) vain_begin(mp);
    return gp;
  }
  return NULL;
}

// with_p picks. What never ran is held back while the threads without a P are many.
static struct g *with_p(struct m *mp, struct p *pp) {
  struct g *gp;
  while ((gp = pick(mp, pp)) && __builtin_expect(crowded(), 0) && gp->fresh) hold(gp);
  return gp;
}

// give_up gives the P back; false: there is work after all and the M has a P.
static bool give_up(struct m *mp) {
  lock(&sched.lock);
  if (load_rlx(&sched.global_len)) {
    unlock(&sched.lock);
    return false;
  }
  p_idle_locked(mp->p);
  mp->p = NULL;
  unlock(&sched.lock);
  if (!mp->spinning) return true;
  mp->spinning = false;
  add_seq(&sched.nspinning, -1u);  // before the last look: rule 1
  if (!work_anywhere()) return true;
  struct p *pp = p_take();
  if (!pp) return true;
  p_acquire(mp, pp);
  spin_begin(mp);
  return false;
}

// trade_p gives up the P of mp, which is to go. True: mp has another.
static bool trade_p(struct m *mp) {
  struct p *pp = p_release(mp);
  p_empty(pp);
  lock(&sched.lock);
  p_idle_locked(pp);
  pp = p_take_locked();
  unlock(&sched.lock);
  if (pp) {
    p_acquire(mp, pp);
  } else if (mp->spinning) {
    mp->spinning = false;
    add_seq(&sched.nspinning, -1u);
  }
  wakep();
  return pp != NULL;
}

struct g *find_runnable(void) {
  struct m *mp = getm();
  for (;;) {
    if (__builtin_expect(load_rlx(&mp->p->leaves), 0) && !trade_p(mp)) stopm(mp);
    struct g *gp = with_p(mp, mp->p);
    if (gp) return gp;
    if (give_up(mp) && !wait_for_io(mp)) stopm(mp);
  }
}
