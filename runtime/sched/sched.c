// SPDX-License-Identifier: Apache-2.0
// sched.c: the scheduler: who runs next, on which thread, and when a thread sleeps.
//
// A worker's loop (schedule): find_runnable -> execute -> (the goroutine parks, yields or ends) -> again.
//
// Rules, after Go's:
//   1. An M that runs goroutines holds a P. One without work gives its P back, then looks at every
//      queue once more, then sleeps. Who adds work does so first and then looks whether anybody spins.
//      One of the two sees the other (R1/A1: sequentially consistent counts of spinning Ms and the queues).
//   2. At most half as many Ms as there are busy Ps look for work (spin).
//   3. A goroutine made ready goes to runnext of the P that did it, and no M is woken for it: it is
//      next anyway. What it drives out goes to the ring, and for that an M is woken.
//   4. Every 61st pick is from the global queue, or past runnext from the ring, so that two goroutines
//      that make each other ready starve nobody.
//
// Locks, by rank: retake_lock < sched.lock < all_lock; arena and timer locks are leaves.
#include "sched/sched.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/os.h"
#include "diag/deadlock/waitfor.h"
#include "diag/dump/dump.h"
#include "diag/order/lockorder.h"
#include "diag/settings.h"
#include "io/netpoll.h"
#include "sched/crowd.h"
#include "sched/foreign.h"
#include "sched/go.h"
#include "sched/procs.h"
#include "sched/runq.h"
#include "sched/switch.h"
#include "sched/wake.h"
#include "stack/scavenge.h"
#include "stack/stack.h"
#include "stack/trim.h"
#include "time/timer.h"

struct sched sched;
_Thread_local struct m *m_tls;

enum { FAIR_TICK = 61, TIMER_TICK = 16, GFREE_MAX = 64, STEAL_ROUNDS = 4 };

static _Noreturn void schedule(void);
static _Noreturn void execute(struct g *gp);
static bool work_anywhere(void);

// ---- the global queue and idle lists, all under sched.lock -------------------------------------

static void global_put_locked(struct g *head, struct g *tail, uint32_t n) {
  tail->schedlink = NULL;
  if (sched.global_tail) sched.global_tail->schedlink = head;
  else sched.global_head = head;
  sched.global_tail = tail;
  store_seq(&sched.global_len, load_rlx(&sched.global_len) + n);  // R1
}

void global_put(struct g *gp) {
  lock(&sched.lock);
  global_put_locked(gp, gp, 1);
  unlock(&sched.lock);
}

// urgent_put is global_put for one that somebody without a P made ready: it was not driven out of a full ring,
// and those that were may be many.
static void urgent_put(struct g *gp) {
  gp->schedlink = NULL;
  lock(&sched.lock);
  if (sched.urgent_tail) sched.urgent_tail->schedlink = gp;
  else sched.urgent_head = gp;
  sched.urgent_tail = gp;
  store_rlx(&crowd.nurgent, load_rlx(&crowd.nurgent) + 1);
  store_seq(&sched.global_len, load_rlx(&sched.global_len) + 1);  // R1
  unlock(&sched.lock);
}

static struct g *urgent_get(void) {
  lock(&sched.lock);
  struct g *gp = sched.urgent_head;
  if (gp) {
    sched.urgent_head = gp->schedlink;
    if (!sched.urgent_head) sched.urgent_tail = NULL;
    store_rlx(&crowd.nurgent, load_rlx(&crowd.nurgent) - 1);
    store_rlx(&sched.global_len, load_rlx(&sched.global_len) - 1);
  }
  unlock(&sched.lock);
  return gp;
}

static struct g *global_pop_locked(void) {
  struct g *gp = sched.global_head;
  if (!gp) return NULL;
  sched.global_head = gp->schedlink;
  if (!sched.global_head) sched.global_tail = NULL;
  store_rlx(&sched.global_len, load_rlx(&sched.global_len) - 1);
  return gp;
}

// global_get_locked takes one goroutine, and up to max-1 more into pp's ring.
static struct g *global_get_locked(struct p *pp, uint32_t max) {
  uint32_t n = load_rlx(&sched.global_len) / load_rlx(&sched.nprocs) + 1;
  if (n > max) n = max;
  struct g *first = global_pop_locked();
  while (first && --n > 0 && sched.global_head && runq_len(&pp->runq) < RUNQ_SIZE / 2)
    runq_put(&pp->runq, global_pop_locked());
  return first;
}

static void p_idle(struct p *pp) {
  lock(&sched.lock);
  p_idle_locked(pp);
  unlock(&sched.lock);
}

static struct p *p_take_locked(void) {
  struct p *pp = sched.idle_p;
  if (!pp) return NULL;
  sched.idle_p = pp->idle_next;
  add_seq(&sched.nidle_p, -1u);
  return pp;
}

static void p_acquire(struct m *mp, struct p *pp) {
  mp->p = pp;
  store_rlx(&pp->m, mp);
  store_rel(&pp->status, P_RUNNING);
  sysmon_poke();
}

// p_release takes mp's P from it.
static struct p *p_release(struct m *mp) {
  struct p *pp = mp->p;
  mp->p = NULL;
  store_rlx(&pp->m, NULL);
  return pp;
}

// ---- threads -------------------------------------------------------------------------------------

int thread_start(void *(*fn)(void *), void *arg) {
  pthread_attr_t attr;
  pthread_t t;
  sigset_t all, old;
  race_hide_begin();
  pthread_attr_init(&attr);
  pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attr, 512 * 1024);
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);  // the thread takes signals when it has a signal stack
  int err = pthread_create(&t, &attr, fn, arg);
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  pthread_attr_destroy(&attr);
  race_hide_end();
  return err;
}

int handler_swap(int sig, const struct sigaction *sa, struct sigaction *old) {
  race_hide_begin();
  int r = sigaction(sig, sa, old);
  race_hide_end();
  return r;
}

void m_list(struct m *mp) {
  if (mp->is_listed) return;
  mp->is_listed = true;
  struct m *first = load_acq(&sched.all_m);
  do {
    mp->all_next = first;
  } while (!cas_acq_rel(&sched.all_m, &first, mp));
}

// take_given takes the P that mp was woken or started for; it does not return if a goroutine came with it.
static void take_given(struct m *mp) {
  p_acquire(mp, mp->next_p);
  mp->next_p = NULL;
  struct g *gp = mp->next_g;
  if (__builtin_expect(!gp, 1)) return;
  mp->next_g = NULL;
  gp->ran_on = mp;
  execute(gp);
}

static __attribute__((noinline)) _Noreturn void m_run(struct m *mp) {
  m_tls = mp;
  mp->tid = os_tid();
  m_list(mp);
  race_switch(NULL);
  crash_thread_init();
  os_sigmask_set(&mp->sigmask);  // the creator's, as for a pthread
  mp->g0_sp = (void *)((uintptr_t)__builtin_frame_address(0) & ~63ull);
  mp->g0_sp = (char *)mp->g0_sp - 256;
  take_given(mp);
  schedule();
}

// m_end takes the thread out of the scheduler. What its destructors call finds a thread that is not ours.
static void m_end(struct m *mp) {
  crash_thread_end();
  m_tls = NULL;
  store_rlx(&mp->p, NULL);
  mp->tid = 0;
  lock(&sched.lock);
  sched.nm--;
  mp->idle_next = sched.dead_m;
  sched.dead_m = mp;
  unlock(&sched.lock);
}

// m_main's own frame lies outside of g0's part of the stack, so that it can be come back to.
static void *m_main(void *arg) {
  struct m *mp = arg;
  if (__builtin_setjmp(mp->end) == 0) m_run(mp);
  m_end(arg);
  return NULL;
}

static struct m *m_new(void) {
  lock(&sched.lock);
  struct m *mp = sched.dead_m;
  if (mp) sched.dead_m = mp->idle_next;
  unlock(&sched.lock);
  if (mp) *mp = (struct m){.is_listed = mp->is_listed, .all_next = mp->all_next};
  race_hide_begin();
  if (!mp) mp = calloc(1, sizeof *mp);
  race_hide_end();
  if (!mp) throw("out of memory for a thread");
  store_rlx(&mp->in_rt, 1);
  lock(&sched.lock);
  mp->id = (uint32_t)sched.nm++;
  unlock(&sched.lock);
  return mp;
}

// no_thread: mp cannot have a thread. The P goes back, and the Ms there are run what waits.
static void no_thread(struct m *mp, int err) {
  static _Atomic uint32_t said;
  struct p *pp = mp->next_p;
  if (mp->spinning) add_seq(&sched.nspinning, -1u);
  lock(&sched.lock);
  int32_t n = --sched.nm;
  mp->idle_next = sched.dead_m;
  sched.dead_m = mp;
  p_idle_locked(pp);
  if (mp->next_g) global_put_locked(mp->next_g, mp->next_g, 1);
  unlock(&sched.lock);
  if (!xchg_acq(&said, 1)) errf("crun: cannot start another thread: %s (%d are running; see ulimit -u)\n", strerror(err), n);
}

static void m_start(struct m *mp) {
  int err = thread_start(m_main, mp);
  if (err) no_thread(mp, err);
}

// ask_sysmon lets sysmon start mp: a thread takes after the one that made it, and a goroutine that is locked
// to its own may have changed that one's name, namespaces, priority or processors.
static void ask_sysmon(struct m *mp) {
  lock(&sched.lock);
  mp->idle_next = sched.asked_m;
  sched.asked_m = mp;
  unlock(&sched.lock);
  sysmon_poke();
  store_seq(&sched.sysmon_asked, 1);  // R6
  futex_wake(&sched.sysmon_asked, 1);
}

void sched_start_asked(void) {
  lock(&sched.lock);
  struct m *mp = sched.asked_m;
  sched.asked_m = NULL;
  unlock(&sched.lock);
  for (struct m *next; mp; mp = next) {
    next = mp->idle_next;
    m_start(mp);
  }
}

// startm_with gives pp to an idle M, or to a new one, and gp to run first, if it is not nil.
static void startm_with(struct p *pp, bool spinning, struct g *gp) {
  lock(&sched.lock);
  struct m *mp = sched.idle_m;
  if (mp) {
    sched.idle_m = mp->idle_next;
    sched.nidle_m--;
    if (sched.timer_m == mp) sched.timer_m = NULL;
  }
  unlock(&sched.lock);
  if (!mp) {
    if (sched.nm >= MAX_THREADS) throw("more than 10000 threads: too many goroutines block outside the runtime");
    mp = m_new();
    mp->next_p = pp;
    mp->next_g = gp;
    mp->spinning = spinning;
    struct m *self = getm();
    mp->sigmask = sched.start_mask;  // sysmon's own blocks all
    if (self && self->locked_g) {
      ask_sysmon(mp);
      return;
    }
    if (self) os_sigmask_get(&mp->sigmask);
    m_start(mp);
    return;
  }
  mp->next_p = pp;
  mp->next_g = gp;
  mp->spinning = spinning;
  store_rel(&mp->park_word, 1);  // R2
  futex_wake(&mp->park_word, 1);
}

void startm(struct p *pp, bool spinning) { startm_with(pp, spinning, NULL); }

void wakep(void) {
  if (load_seq(&sched.nidle_p) == 0 || load_seq(&sched.nspinning) != 0) return;
  uint32_t none = 0;
  if (!cas_seq(&sched.nspinning, &none, 1)) return;
  lock(&sched.lock);
  struct p *pp = p_take_locked();
  unlock(&sched.lock);
  if (pp) startm(pp, true);
  else add_seq(&sched.nspinning, -1u);
}

// timers_unwatched: nobody sleeps until the next timer.
static bool timers_unwatched(void) { return timers_next() != INT64_MAX && !load_rlx(&sched.timer_m); }

void handoff(struct p *pp) {
  if (load_rlx(&pp->leaves)) p_empty(pp);
  if (runq_len(&pp->runq) || load_acq(&pp->runnext)) {
    add_rlx(&sched.nhandoffs, 1);
    startm(pp, false);
    return;
  }
  p_idle(pp);
  if (work_anywhere() || netpoll_unwatched() || timers_unwatched()) wakep();
}

void sched_timer_earlier(void) {
  lock(&sched.lock);
  struct m *mp = sched.timer_m;
  uint32_t asleep = 0;
  bool wake = mp && cas_acq_rel(&mp->park_word, &asleep, 2);
  unlock(&sched.lock);
  if (wake) futex_wake(&mp->park_word, 1);
  if (!mp) wakep();  // whoever it wakes finds no work and becomes the timer M
}

// no_other_threads tells whether all threads there are are ours, or parked by us.
static bool no_other_threads(void) {
  return os_threads() == (int)sched.nm + sysmon_threads() + load_seq(&sched.nparked_threads);
}

// check_dead_locked is asked when one more M is about to sleep: is nobody left who could wake anybody? That could be a
// descriptor that becomes ready, a thread that is not ours, and a timer, unless what it does is heard by nobody.
//
// What sysmon takes off the timers or the poller is in no queue before it has sched.lock, or has woken a thread: so
// its mark is looked at when all else says that nobody is left, and the threads once more after that.
static bool check_dead_locked(void) {
  if (sched.nidle_m + (int32_t)netpoll_sleepers() < sched.nm || load_rlx(&sched.global_len) || load_seq(&crowd.nheld)) return false;
  if (timers_wake() || !no_other_threads() || netpoll_waiters() > signals_unheard() || timers_heard()) return false;
  return !load_seq(&sched.handing) && no_other_threads();
}

bool sched_has_foreign_threads(void) { return os_threads() > (int)sched.nm + sysmon_threads(); }

void sched_check_dead(void) {
  lock(&sched.lock);
  bool dead = check_dead_locked();
  unlock(&sched.lock);
  if (dead) deadlock();
}

// m_sleep sleeps until a P is handed over, or, as the timer M, until the next timer. True: a P.
static bool m_sleep(struct m *mp, int64_t until) {
  while (load_acq(&mp->park_word) == 0) {  // A2
    int64_t left = until == INT64_MAX ? -1 : until - nanotime();
    if (until != INT64_MAX && left <= 0) return false;
    futex_wait(&mp->park_word, 0, left);
  }
  uint32_t again = 2;
  return !cas_acq(&mp->park_word, &again, 0);  // A2: it may become 1 at any moment
}

// m_unidle takes mp off the idle list; false: somebody else did and is handing it a P.
static bool m_unidle(struct m *mp) {
  lock(&sched.lock);
  struct m **link = &sched.idle_m;
  while (*link && *link != mp) link = &(*link)->idle_next;
  bool found = *link != NULL;
  if (found) {
    *link = mp->idle_next;
    sched.nidle_m--;
    if (sched.timer_m == mp) sched.timer_m = NULL;
    uint32_t again = 2;
    cas_acq_rel(&mp->park_word, &again, 0);
  }
  unlock(&sched.lock);
  return found;
}

// stopm sleeps until mp has a P again.
static void stopm(struct m *mp) {
  race_switch(NULL);
  for (;;) {
    lock(&sched.lock);
    store_rlx(&mp->park_word, 0);
    mp->idle_next = sched.idle_m;
    sched.idle_m = mp;
    sched.nidle_m++;
    bool timers = false;
    if (!sched.timer_m && sched.idle_p && timers_next() != INT64_MAX) {
      sched.timer_m = mp;
      timers = true;
    }
    bool dead = check_dead_locked();
    unlock(&sched.lock);
    if (dead) deadlock();
    if (m_sleep(mp, timers ? timers_next() : INT64_MAX)) break;
    if (!m_unidle(mp)) {
      while (load_acq(&mp->park_word) != 1) cpu_relax();
      break;
    }
    lock(&sched.lock);
    struct p *pp = timers_next() <= nanotime() ? p_take_locked() : NULL;
    unlock(&sched.lock);
    if (pp) {
      p_acquire(mp, pp);
      return;
    }
  }
  store_rlx(&mp->park_word, 0);
  take_given(mp);
}

// ---- finding work --------------------------------------------------------------------------------

static void spin_begin(struct m *mp) {
  if (mp->spinning) return;
  mp->spinning = true;
  add_seq(&sched.nspinning, 1);
}

// spin_end: mp found work; others may be needed for more of it.
static void spin_end(struct m *mp) {
  if (!mp->spinning) return;
  mp->spinning = false;
  if (add_seq(&sched.nspinning, -1u) == 1) wakep();
}

// steal_next takes victim's runnext if it stays there for a while: its owner is about to run it.
static struct g *steal_next(struct p *victim) {
  struct g *gp = load_acq(&victim->runnext);
  if (!gp) return NULL;
  for (int i = 0; i < 200; i++) {
    if (load_rlx(&victim->runnext) != gp) return NULL;
    cpu_relax();
  }
  return cas_acq_rel(&victim->runnext, &gp, NULL) ? gp : NULL;
}

static struct g *steal_from(struct p *pp, struct p *victim, bool next_too) {
  struct g *batch[RUNQ_SIZE / 2];
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

static struct g *local(struct p *pp) {
  struct g *gp = load_rlx(&pp->runnext);
  if (gp && cas_acq_rel(&pp->runnext, &gp, NULL)) return gp;
  return runq_get(&pp->runq);
}

static struct g *global(struct p *pp, uint32_t max) {
  if (load_rlx(&sched.global_len) == 0) return NULL;
  lock(&sched.lock);
  struct g *gp = global_get_locked(pp, max);
  unlock(&sched.lock);
  return gp;
}

// A runnext that was made ready is no work for others: its P is about to run it. One that was started is,
// for its creator may go on for long.
static bool work_anywhere(void) {
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
  lock(&sched.lock);
  struct p *pp = p_take_locked();
  unlock(&sched.lock);
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
      case 0: gp = global(pp, 1); break;
      case 1: gp = runq_get(&pp->runq); break;
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
  if (__builtin_expect(load_rlx(&crowd.nurgent) != 0, 0) && (gp = urgent_get())) return gp;
  if (tick % TIMER_TICK == 0 && timers_next() != INT64_MAX) timers_run(nanotime());
  if ((gp = local(pp))) return gp;
  if ((gp = global(pp, RUNQ_SIZE / 2))) return gp;
  if ((gp = held_get())) return gp;
  if (timers_next() != INT64_MAX && timers_run(nanotime()) && (gp = local(pp))) return gp;
  if ((gp = poll_now(pp))) return gp;
  uint32_t busy = load_rlx(&sched.nlive_p) - load_seq(&sched.nidle_p);
  if (mp->spinning || 2 * load_seq(&sched.nspinning) < busy) {
    spin_begin(mp);
    return steal(pp);
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
  lock(&sched.lock);
  struct p *pp = p_take_locked();
  unlock(&sched.lock);
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

static struct g *find_runnable(void) {
  struct m *mp = getm();
  for (;;) {
    if (__builtin_expect(load_rlx(&mp->p->leaves), 0) && !trade_p(mp)) stopm(mp);
    struct g *gp = with_p(mp, mp->p);
    if (gp) return gp;
    if (give_up(mp) && !wait_for_io(mp)) stopm(mp);
  }
}

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

static _Noreturn void execute(struct g *gp) {
  struct m *mp = getm();
  store_rlx(&gp->status, G_RUNNING);
  atomic_signal_fence(memory_order_seq_cst);
  while (trim_forbids(&sched.frozen, gp)) wait_thaw(gp);  // A5
  mp->curg = gp;
  store_rlx(&mp->p->schedtick, load_rlx(&mp->p->schedtick) + 1);
  race_switch(gp->race);
  errno = gp->errno_saved;
  gogo(gp);
}

// ---- goroutines that are locked to their thread ----------------------------------------------------

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
static _Noreturn void run_locked(struct m *mp) {
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
static void hand_to_locked(struct m *mp, struct g *gp) {
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
static _Noreturn void thread_end(struct m *mp) {
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
static __attribute__((noinline)) bool migrate(struct m *mp, struct g *gp) {
  if (!gp->fresh && gp->ran_on == mp) {
    give_to_other(mp, gp);
    return false;
  }
  gp->ran_on = mp;
  return true;
}

static _Noreturn void schedule(void) {
  struct m *mp = getm();
  if (__builtin_expect(mp->locked_g != NULL, 0)) run_locked(mp);
  for (;;) {
    struct g *gp = find_runnable();
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
  gp->errno_saved = errno;
  mcall(mp, gp, park_g0);
}

static bool unlock_commit(struct g *gp, void *arg) {
  unlock(arg);
  return true;
}

void park_unlock(struct lock *l, enum wait_reason why) { park(unlock_commit, l, why); }

// spill moves half of pp's full ring and gp to the global queue.
static void spill(struct p *pp, struct g *gp) {
  struct g *batch[RUNQ_SIZE / 2 + 1];
  uint32_t n = runq_grab(&pp->runq, batch);
  batch[n++] = gp;
  for (uint32_t i = 0; i + 1 < n; i++) batch[i]->schedlink = batch[i + 1];
  lock(&sched.lock);
  global_put_locked(batch[0], batch[n - 1], n);
  unlock(&sched.lock);
}

// put makes gp runnable on pp, next if `next`. True: a goroutine waits behind another.
static bool put(struct p *pp, struct g *gp, bool next) {
  if (next) {
    gp = atomic_exchange_explicit(&pp->runnext, gp, memory_order_acq_rel);
    if (!gp) return false;
  }
  if (!runq_put(&pp->runq, gp)) spill(pp, gp);
  return true;
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
  if (mp && mp->p) {
    store_rlx(&mp->p->next_is_new, false);
    if (!put(mp->p, gp, true)) return;
  } else {
    urgent_put(gp);
  }
  atomic_thread_fence(memory_order_seq_cst);  // R1
  wakep();
}

void ready_new(struct g *gp) {
  store_rel(&gp->status, G_RUNNABLE);
  struct m *mp = getm();
  if (mp && mp->p) {
    store_rlx(&mp->p->next_is_new, true);
    put(mp->p, gp, true);
  } else {
    global_put(gp);
  }
  atomic_thread_fence(memory_order_seq_cst);  // R1
  wakep();
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
  gp->errno_saved = errno;
  mcall(getm(), gp, gosched_g0);
}

static void goexit_g0(struct g *gp) {
  struct m *mp = leave(gp, G_DEAD);
  waitfor_g_ended(gp);
  race_g_end(gp->race);
  gp->race = NULL;
  lockorder_ended(gp);
  atomic_fetch_sub_explicit(&sched.ngoroutines, 1, memory_order_relaxed);
  bool locked = mp->locked_g != NULL;
  gp->nlocks = gp->nforeign = 0;
  store_rlx(&gp->locked_m, NULL);
  if (!gp->is_main) g_free(mp->p, gp);
  if (locked) thread_end(mp);
  schedule();
}

void goexit(void) {
  struct g *gp = getg();
  if (gp->is_thread) {
    race_hide_begin();
    pthread_exit(NULL);
  }
  fiber_end(&gp->fiber, &getm()->fiber);
  cr_mcall(gp, getm()->g0_sp, goexit_g0);
  __builtin_unreachable();
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
    lock(&sched.lock);
    struct p *pp = p_take_locked();
    unlock(&sched.lock);
    if (pp) p_acquire(mp, pp);
    if (load_rlx(&crowd.nheld) && !crowded()) wakep();
    if (pp) return;
  } else if (!yield) {
    return;
  }
  gp->errno_saved = errno;
  mcall(mp, gp, mp->p ? yield_g0 : no_p_g0);
}

void sched_block(void) {
  struct m *mp = getm();
  lock(&sched.retake_lock);
  struct p *pp = mp ? give_locked(mp) : NULL;
  unlock(&sched.retake_lock);
  if (pp) handoff(pp);
}
