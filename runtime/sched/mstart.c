// SPDX-License-Identifier: Apache-2.0
// mstart.c: threads: made, given a P to run with, ended.
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "diag/dump/dump.h"
#include "sched/globq.h"
#include "sched/loop.h"
#include "sched/m.h"
#include "sched/procs.h"
#include "sched/sched.h"
#include "sched/wake.h"

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

void take_given(struct m *mp) {
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
  mp->errno_at = &errno;
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

void startm_with(struct p *pp, bool spinning, struct g *gp) {
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
  struct p *pp = p_take();
  if (pp) startm(pp, true);
  else add_seq(&sched.nspinning, -1u);
}
