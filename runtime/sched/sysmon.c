// SPDX-License-Identifier: Apache-2.0
// sysmon.c: the watching thread: takes the P from an M that does not come back, and wakes sleepers.
//
// How it takes a P from an M that runs user code is in retake.h. The goroutine goes on as a thread without a P and
// queues for one at its next runtime call (sched.c).
#include <string.h>

#include "base/os.h"
#include "base/rseq.h"
#include "diag/dump/dump.h"
#include "diag/watch/periodic.h"
#include "io/netpoll.h"
#include "sched/crowd.h"
#include "sched/runq.h"
#include "sched/sched.h"
#include "sched/wake.h"
#include "stack/scavenge.h"
#include "time/timer.h"

enum { TICK_MIN_NS = 100000, TICK_MAX_NS = 10000000, TICK_URGENT_NS = 500000, IDLE_TICKS = 100 };
enum { SLICE_NS = 10000000, URGENT_NS = 1000000, TIMER_LATE_NS = 200000 };
static const int64_t lonely_ns = 1000000000, foreign_check_ns = 50000000;

static _Atomic uint32_t started;   // 0, 1 starting, 2 running

static _Atomic int own_tid;
static _Atomic uintptr_t own_frame;

int sysmon_tid(void) { return load_acq(&own_tid); }
uintptr_t sysmon_frame(void) { return load_acq(&own_frame); }
int sysmon_threads(void) { return load_acq(&started) == 2; }
bool sysmon_has_barrier(void) { return sysmon_threads() && load_rlx(&sched.has_barrier); }

// ---- the coarse clock ------------------------------------------------------------------------------

int64_t sched_now(void) { return nanotime() + load_rlx(&sched.ahead_ns); }

void sched_tell_time(void) { store_rlx(&sched.coarse_ns, sched_now()); }

// Before there was a sysmon nobody told the time.
int64_t sched_waited_ns(struct g *gp) {
  int64_t since = load_rlx(&gp->wait_since_ns), watched = load_rlx(&sched.watched_ns);
  return watched == 0 ? 0 : sched_now() - (since > watched ? since : watched);
}

// ---- retake ----------------------------------------------------------------------------------------

// retake takes pp from its M if that runs user code. True: pp is the caller's. If the M is in the runtime and
// long_ran, the goroutine of that tick is asked to yield when it calls the next time: one that is there nearly
// always would never be met outside.
static bool retake(struct p *pp, bool hog, bool long_ran) {
  bool got = false;
  lock(&sched.retake_lock);
  struct m *mp = load_acq(&pp->status) == P_RUNNING ? load_rlx(&pp->m) : NULL;
  if (mp && load_rlx(&mp->p) == pp) {
    got = load_rlx(&sched.has_barrier) && retake_locked(mp, pp);
    if (got) {
      lost_add(mp, hog);
    } else {
      mp->yield = long_ran;
      mp->yield_tick = pp->seen_tick;
      store_rel(&mp->retake, long_ran);
    }
  }
  unlock(&sched.retake_lock);
  return got;
}

static bool work_waits(struct p *pp, int64_t now) {
  return load_acq(&pp->runnext) || runq_len(&pp->runq) || load_rlx(&sched.global_len) || timers_next() <= now ||
         held_may_begin();
}

// Whether the goroutine on pp, which has run for ran ns while others wait, shall lose its P.
enum verdict { STAY, TAKE_BLOCKED, TAKE_HOG, REFUSE };

static void slice_over(struct p *pp, struct m *mp) {
  struct g *gp = __atomic_load_n(&mp->curg, __ATOMIC_RELAXED);
  if (!gp || pp->slice_tick == pp->seen_tick) return;
  pp->slice_tick = pp->seen_tick;
  crowd_slice_over(gp);
}

static enum verdict judge(struct p *pp, struct m *mp, int64_t ran) {
  bool enough = ran >= (load_rlx(&crowd.nurgent) ? URGENT_NS : SLICE_NS);
  if (!enough && (ran < pp->look_ns || load_rlx(&mp->in_rt))) return STAY;
  pp->look_ns = 2 * ran;
  if (!load_rlx(&mp->in_rt) && os_thread_sleeps(mp->tid, &mp->cpu_ns)) return TAKE_BLOCKED;
  if (!enough) return STAY;
  slice_over(pp, mp);
  return crowded() ? REFUSE : TAKE_HOG;
}

// watch looks at one P; true: something was done.
static bool watch(struct p *pp, int64_t now, bool *refused) {
  if (load_acq(&pp->status) != P_RUNNING) return false;
  uint32_t tick = (uint32_t)load_rlx(&pp->schedtick);
  if (tick != pp->seen_tick) {
    pp->seen_tick = tick;
    pp->seen_since = now;
    pp->look_ns = 0;
    return false;
  }
  bool wanted = work_waits(pp, now) || load_rlx(&pp->leaves);
  if (wanted && load_seq(&sched.nidle_p)) wakep();
  struct m *mp = load_rlx(&pp->m);
  int64_t ran = now - pp->seen_since;
  if (!mp || (!wanted && (ran < lonely_ns || load_rlx(&mp->in_rt)))) return false;
  enum verdict v = wanted ? judge(pp, mp, ran) : TAKE_BLOCKED;
  *refused |= v == REFUSE;
  if (v == STAY || v == REFUSE) return false;
  if (!retake(pp, v == TAKE_HOG, wanted && ran >= SLICE_NS)) return false;
  add_rlx(&sched.nretakes, 1);
  pp->seen_since = now;
  handoff(pp);  // if nobody wants it: with all Ps idle this thread can sleep too
  return true;
}

// run_timers_late runs timers that are due and that no M runs: all of them have a goroutine, or the one that sleeps until
// then is not served by the kernel.
static void run_timers_late(int64_t now) {
  int64_t late = load_seq(&sched.nidle_p) ? TIMER_LATE_NS : 0;
  if (timers_next() <= now - late) timers_run(now);
}

// nap sleeps for ns, or until somebody wants a thread started.
static void nap(int64_t ns) {
  futex_wait(&sched.sysmon_asked, 0, ns);
  if (load_rlx(&sched.sysmon_asked) == 0) return;
  store_seq(&sched.sysmon_asked, 0);  // before the list is read
  sched_start_asked();                // A6
}

static bool all_idle(void) { return load_seq(&sched.nidle_p) == load_seq(&sched.nlive_p); }

// doze_ns is for how long sysmon may sleep at most; negative: until it is woken.
static int64_t doze_ns(void) {
  int64_t most = sched_has_foreign_threads() ? foreign_check_ns : INT64_MAX, next = periodic_next();
  if (next != INT64_MAX) {
    int64_t left = next - nanotime();
    if (left < most) most = left > 0 ? left : 0;
  }
  return most == INT64_MAX ? -1 : most;
}

// doze sleeps while no M has a P. It looks at the threads now and then if some are not ours: when the last of them
// has ended, goroutines that wait are dead.
static void doze(void) {
  store_seq(&sched.sysmon_word, 1);
  while (all_idle() && load_seq(&crowd.nheld) == 0 && load_seq(&sched.sysmon_word)) {
    sched_check_dead();
    futex_wait(&sched.sysmon_word, 1, doze_ns());
    periodic_run(nanotime());
  }
  store_seq(&sched.sysmon_word, 0);
}

// watch_all looks at every P and at those without one; true: something was done.
static bool watch_all(int64_t now) {
  bool did = false, refused = false;
  for (uint32_t i = 0, n = load_acq(&sched.nmade); i < n; i++) did |= watch(sched.procs[i], now, &refused);  // A7
  crowd_watch(now, refused);
  return did;
}

static int64_t longer(int64_t tick) {
  int64_t most = load_rlx(&crowd.nurgent) ? TICK_URGENT_NS : TICK_MAX_NS;
  return tick * 2 < most ? tick * 2 : most;
}

static void *sysmon_main(void *arg) {
  int64_t tick = TICK_MIN_NS;
  uint32_t idle = 0;
  race_switch(NULL);
  store_rel(&own_tid, os_tid());
  store_rel(&own_frame, (uintptr_t)__builtin_frame_address(0));
  store_rel(&started, 2);
  for (;;) {
    int64_t now = nanotime(), next = timers_next() - now;
    nap(next > 0 && next < tick ? next : tick);
    now = nanotime();
    sched_tell_time();
    store_seq(&sched.handing, 1);
    run_timers_late(now);
    if (netpoll_late(now)) sched_poll();
    store_seq(&sched.handing, 0);
    periodic_run(now);
    tick = watch_all(now) ? TICK_MIN_NS : longer(tick);
    idle = all_idle() && load_rlx(&crowd.nheld) == 0 ? idle + 1 : 0;
    if (idle) sched_check_dead();
    if (scavenge_step(now, idle >= IDLE_TICKS) || idle < IDLE_TICKS) continue;
    doze();
    idle = 0;
  }
  return NULL;
}

void sysmon_poke(void) {
  if (load_seq(&sched.sysmon_word) == 0) return;
  sched_tell_time();  // here and not when sysmon has woken up: the M may park a goroutine before that
  store_seq(&sched.sysmon_word, 0);
  futex_wake(&sched.sysmon_word, 1);
}

void sysmon_forget(void) {
  store_rel(&own_tid, 0);
  store_rel(&own_frame, 0);
  store_rel(&started, 0);
  store_rlx(&sched.watched_ns, 0);
  store_rel(&sched.sysmon_word, 0);
}

void sysmon_start(void) {
  uint32_t zero = 0;
  if (load_rlx(&started) || !cas_seq(&started, &zero, 1)) return;
  store_rlx(&sched.has_barrier, os_barrier_init());
  rseq_init();
  lock(&sched.lock);
  store_rlx(&sched.alone, load_rlx(&sched.has_barrier) && load_rlx(&sched.nmade) == 1);
  unlock(&sched.lock);
  sched_tell_time();
  store_rlx(&sched.watched_ns, load_rlx(&sched.coarse_ns));
  os_sigmask_get(&sched.start_mask);
  int err = thread_start(sysmon_main, NULL);
  if (err) fatal("cannot start the watching thread: %s (see ulimit -u)", strerror(err));
}
