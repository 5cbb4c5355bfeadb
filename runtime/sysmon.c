// SPDX-License-Identifier: Apache-2.0
// sysmon.c: the watching thread: takes the P from an M that does not come back, and wakes sleepers.
//
// The retake protocol. An M marks itself in_rt while it is in runtime code (a plain store). To take
// the P of an M that runs user code, under retake_lock:
//
//     sysmon: retake = 1;  membarrier;  in_rt?  yes: retake = 0, leave it     no: the P is taken
//     M:      in_rt = 1;   (compiler barrier)   retake?  yes: rt_enter_slow, which takes retake_lock
//
// membarrier makes the M's store-then-load ordered as if by a fence, so one of the two sees the other:
// R1 in_rt = 1 / A1 the load after membarrier; R2 retake = 1 / A2 the load in rt_enter. The goroutine
// goes on as a thread without a P and queues for one at its next runtime call (sched.c).
#include <string.h>

#include "base/os.h"
#include "diag/dump.h"
#include "diag/periodic.h"
#include "netpoll.h"
#include "runq.h"
#include "scavenge.h"
#include "sched.h"
#include "timer.h"
#include "wake.h"

enum { TICK_MIN_NS = 100000, TICK_MAX_NS = 10000000, SLICE_NS = 10000000, IDLE_TICKS = 100 };
static const int64_t lonely_ns = 1000000000, foreign_check_ns = 1000000000;

static _Atomic uint32_t started;   // 0, 1 starting, 2 running
static bool can_retake;

int sysmon_threads(void) { return load_acq(&started) == 2; }
bool sysmon_has_barrier(void) { return sysmon_threads() && can_retake; }

// ---- the coarse clock ------------------------------------------------------------------------------

int64_t sched_now(void) { return nanotime() + load_rlx(&sched.ahead_ns); }

void sched_tell_time(void) { store_rlx(&sched.coarse_ns, sched_now()); }

// Before there was a sysmon nobody told the time.
int64_t sched_waited_ns(struct g *gp) {
  int64_t since = load_rlx(&gp->wait_since_ns), watched = load_rlx(&sched.watched_ns);
  return watched == 0 ? 0 : sched_now() - (since > watched ? since : watched);
}

// ---- retake ----------------------------------------------------------------------------------------

// retake takes pp from its M if that runs user code. True: pp is the caller's.
static bool retake(struct p *pp, bool hog) {
  bool got = false;
  lock(&sched.retake_lock);
  struct m *mp = load_acq(&pp->status) == P_RUNNING ? load_rlx(&pp->m) : NULL;
  if (mp && load_rlx(&mp->p) == pp && !load_acq(&mp->in_rt)) {
    store_seq(&mp->retake, 1);  // R2
    os_barrier();
    got = !load_acq(&mp->in_rt) && load_rlx(&mp->p) == pp;  // A1
    if (got) {
      store_rlx(&mp->p, NULL);
      store_rlx(&pp->m, NULL);
      mp->is_hog = hog;
      if (hog) add_rlx(&sched.nhogs, 1);
    } else {
      store_rel(&mp->retake, 0);
    }
  }
  unlock(&sched.retake_lock);
  return got;
}

static bool work_waits(struct p *pp, int64_t now) {
  return load_acq(&pp->runnext) || runq_len(&pp->runq) || load_rlx(&sched.global_len) || timers_next() <= now;
}

// slice is how long a computing goroutine keeps its P while others wait. With more such threads than
// two a P already running it grows, so that hogs do not become hundreds of threads, yet no goroutine
// waits for ever for one that spins.
static int64_t slice_ns(void) {
  uint32_t over = load_rlx(&sched.nhogs) / (2 * load_rlx(&sched.nprocs));
  return (int64_t)SLICE_NS << (over < 6 ? over : 6);
}

// watch looks at one P; true: something was done.
static bool watch(struct p *pp, int64_t now) {
  if (load_acq(&pp->status) != P_RUNNING) return false;
  uint32_t tick = (uint32_t)load_rlx(&pp->schedtick);
  if (tick != pp->seen_tick) {
    pp->seen_tick = tick;
    pp->seen_since = now;
    return false;
  }
  bool wanted = work_waits(pp, now) || load_rlx(&pp->leaves);
  if (wanted && load_seq(&sched.nidle_p)) wakep();
  struct m *mp = load_rlx(&pp->m);
  if (!can_retake || !mp || load_rlx(&mp->in_rt)) return false;
  bool hog = wanted && !os_thread_sleeps(mp->tid);
  if (now - pp->seen_since < (!wanted ? lonely_ns : hog ? slice_ns() : 0)) return false;
  if (!retake(pp, hog)) return false;
  add_rlx(&sched.nretakes, 1);
  pp->seen_since = now;
  handoff(pp);  // if nobody wants it: with all Ps idle this thread can sleep too
  return true;
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

// doze sleeps while no M has a P. It looks at the threads once a second if some are not ours: when the
// last of them has ended, goroutines that wait are dead.
static void doze(void) {
  store_seq(&sched.sysmon_word, 1);
  while (all_idle() && load_seq(&sched.sysmon_word)) {
    sched_check_dead();
    futex_wait(&sched.sysmon_word, 1, doze_ns());
    periodic_run(nanotime());
  }
  store_seq(&sched.sysmon_word, 0);
}

static void *sysmon_main(void *arg) {
  int64_t tick = TICK_MIN_NS;
  uint32_t idle = 0;
  race_switch(NULL);
  store_rel(&started, 2);
  for (;;) {
    int64_t now = nanotime(), next = timers_next() - now;
    nap(next > 0 && next < tick ? next : tick);
    now = nanotime();
    sched_tell_time();
    if (netpoll_late(now)) sched_poll();
    periodic_run(now);
    bool did = false;
    for (uint32_t i = 0, n = load_acq(&sched.nmade); i < n; i++) did |= watch(sched.procs[i], now);
    tick = did ? TICK_MIN_NS : tick * 2 < TICK_MAX_NS ? tick * 2 : TICK_MAX_NS;
    idle = all_idle() ? idle + 1 : 0;
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
  store_rel(&started, 0);
  store_rlx(&sched.watched_ns, 0);
  store_rel(&sched.sysmon_word, 0);
}

void sysmon_start(void) {
  uint32_t zero = 0;
  if (load_rlx(&started) || !cas_seq(&started, &zero, 1)) return;
  can_retake = os_barrier_init();
  sched_tell_time();
  store_rlx(&sched.watched_ns, load_rlx(&sched.coarse_ns));
  os_sigmask_get(&sched.start_mask);
  int err = thread_start(sysmon_main, NULL);
  if (err) fatal("cannot start the watching thread: %s (see ulimit -u)", strerror(err));
}
