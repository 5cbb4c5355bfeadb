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
#include "base/os.h"
#include "runq.h"
#include "sched.h"
#include "timer.h"
#include "wake.h"

enum { TICK_MIN_NS = 1000000, TICK_MAX_NS = 10000000, SLICE_NS = 10000000, IDLE_TICKS = 100 };

static _Atomic uint32_t started;   // 0, 1 starting, 2 running
static bool can_retake;

int sysmon_threads(void) { return load_acq(&started) == 2; }

// retake takes pp from its M if that runs user code. True: pp is the caller's.
static bool retake(struct p *pp) {
  bool got = false;
  lock(&sched.retake_lock);
  struct m *mp = load_acq(&pp->status) == P_RUNNING ? pp->m : NULL;
  if (mp && mp->p == pp && !load_acq(&mp->in_rt)) {
    store_seq(&mp->retake, 1);  // R2
    os_barrier();
    got = !load_acq(&mp->in_rt) && mp->p == pp;  // A1
    if (got) {
      mp->p = NULL;
      pp->m = NULL;
    } else {
      store_rel(&mp->retake, 0);
    }
  }
  unlock(&sched.retake_lock);
  return got;
}

static bool work_waits(struct p *pp) {
  return load_acq(&pp->runnext) || runq_len(&pp->runq) || load_rlx(&sched.global_len);
}

// watch looks at one P; true: something was done.
static bool watch(struct p *pp, int64_t now) {
  if (load_acq(&pp->status) != P_RUNNING) return false;
  uint32_t tick = pp->schedtick;
  if (tick != pp->seen_tick) {
    pp->seen_tick = tick;
    pp->seen_since = now;
    return false;
  }
  if (!work_waits(pp) && timers_next() > now) return false;
  if (load_rlx(&sched.nidle_p)) wakep();
  if (now - pp->seen_since < SLICE_NS || !can_retake || !work_waits(pp)) return false;
  if (!retake(pp)) return false;
  pp->seen_since = now;
  startm(pp, false);
  return true;
}

static void sleep_ns(int64_t ns) {
  static _Atomic uint32_t never;
  futex_wait(&never, 0, ns);
}

static void *sysmon_main(void *arg) {
  int64_t tick = TICK_MIN_NS;
  uint32_t idle = 0;
  store_rel(&started, 2);
  for (;;) {
    int64_t now = nanotime(), next = timers_next() - now;
    sleep_ns(next > 0 && next < tick ? next : tick);
    now = nanotime();
    bool did = false;
    for (uint32_t i = 0; i < sched.nprocs; i++) did |= watch(sched.procs[i], now);
    tick = did ? TICK_MIN_NS : tick * 2 < TICK_MAX_NS ? tick * 2 : TICK_MAX_NS;
    idle = load_seq(&sched.nidle_p) == sched.nprocs ? idle + 1 : 0;
    if (idle < IDLE_TICKS) continue;
    sched_check_dead();
    store_seq(&sched.sysmon_word, 1);
    while (load_seq(&sched.nidle_p) == sched.nprocs && load_seq(&sched.sysmon_word))
      futex_wait(&sched.sysmon_word, 1, -1);
    store_seq(&sched.sysmon_word, 0);
    idle = 0;
  }
  return NULL;
}

void sysmon_poke(void) {
  if (load_seq(&sched.sysmon_word) == 0) return;
  store_seq(&sched.sysmon_word, 0);
  futex_wake(&sched.sysmon_word, 1);
}

void sysmon_forget(void) {
  store_rel(&started, 0);
  store_rel(&sched.sysmon_word, 0);
}

void sysmon_start(void) {
  uint32_t zero = 0;
  if (load_rlx(&started) || !cas_seq(&started, &zero, 1)) return;
  can_retake = os_barrier_init();
  thread_start(sysmon_main, NULL);
}
