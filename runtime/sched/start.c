// SPDX-License-Identifier: Apache-2.0
// start.c: how the process becomes a crun program: main as goroutine 1, foreign threads, fork.
//
// A constructor, the program's first, makes the thread M 0 and what it runs the goroutine main. main keeps
// the process's own stack (RLIMIT_STACK); M 0's scheduler stack is a mapping of its own.
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "base/os.h"
#include "diag/deadlock/waitfor.h"
#include "diag/dump/dump.h"
#include "diag/dump/traceback.h"
#include "diag/leak/leak.h"
#include "diag/order/lockorder.h"
#include "diag/settings.h"
#include "diag/watch/periodic.h"
#include "io/netpoll.h"
#include "sched/crowd.h"
#include "sched/foreign.h"
#include "sched/go.h"
#include "sched/procs.h"
#include "sched/sched.h"
#include "sched/wake.h"
#include "stack/scavenge.h"
#include "stack/stack.h"
#include "time/timer.h"

enum { G0_STACK = 512 * 1024 };

static struct g main_g;
static struct m m0;

// ---- every goroutine -------------------------------------------------------------------------------

static struct g *extra_g;  // under sched.all_lock: main and those of foreign threads

static void extra_add(struct g *gp) {
  lock(&sched.all_lock);
  gp->all_next = extra_g;
  if (extra_g) extra_g->all_prev = gp;
  extra_g = gp;
  unlock(&sched.all_lock);
}

static void extra_remove(struct g *gp) {
  lock(&sched.all_lock);
  if (gp->all_prev) gp->all_prev->all_next = gp->all_next;
  else extra_g = gp->all_next;
  if (gp->all_next) gp->all_next->all_prev = gp->all_prev;
  unlock(&sched.all_lock);
}

static void extra_each_locked(void (*fn)(struct g *gp, void *arg), void *arg) {
  for (struct g *gp = extra_g; gp; gp = gp->all_next)
    if (load_acq(&gp->status) != G_DEAD) fn(gp, arg);
}

void sched_each_locked(void (*fn)(struct g *gp, void *arg), void *arg) {
  extra_each_locked(fn, arg);
  stack_each(fn, arg);
}

void sched_each(void (*fn)(struct g *gp, void *arg), void *arg) {
  lock(&sched.all_lock);
  extra_each_locked(fn, arg);
  unlock(&sched.all_lock);
  stack_each(fn, arg);
}

// What ends elsewhere than it was born is counted by two Ps, and the sum of the moment may be off by those under way.
uint64_t sched_goroutines(void) {
  uint64_t n = load_rlx(&sched.nborn);
  for (uint32_t i = 0; i < load_acq(&sched.nmade); i++) n += load_rlx(&sched.procs[i]->nborn);
  return n;
}

// ---- foreign threads -------------------------------------------------------------------------------

static pthread_key_t thread_key;

// The structs of threads' goroutines are used again and never freed: a mutex may name one as its last owner.
static struct g *free_thread_g;  // under sched.all_lock

static struct g *thread_g_new(void) {
  lock(&sched.all_lock);
  struct g *gp = free_thread_g;
  if (gp) free_thread_g = gp->schedlink;
  unlock(&sched.all_lock);
  if (gp) memset(gp, 0, sizeof *gp);
  return gp ? gp : calloc(1, sizeof *gp);
}

static void thread_g_free(struct g *gp) {
  lock(&sched.all_lock);
  gp->schedlink = free_thread_g;
  free_thread_g = gp;
  unlock(&sched.all_lock);
}

static void thread_ends(void *arg) {
  struct m *mp = arg;
  struct g *gp = mp->curg;
  race_hide_begin();
  add_rlx(&sched.nborn, -1ull);
  extra_remove(gp);
  lockorder_ended(gp);
  lockorder_freed(gp);
  m_tls = NULL;
  mp->curg = NULL;
  store_rel(&gp->status, G_DEAD);
  waitfor_g_ended(gp);
  thread_g_free(gp);
  race_hide_end();
  store_rel(&mp->tid, 0);  // R1: mp is the next such thread's
}

// foreign_m gives this thread an M: that of one that has ended, or a new one.
static struct m *foreign_m(void) {
  for (struct m *mp = load_acq(&sched.all_m); mp; mp = mp->all_next) {
    int none = 0;
    if (mp->is_foreign && cas_acq(&mp->tid, &none, os_tid())) return mp;  // A1
  }
  struct m *mp = calloc(1, sizeof *mp);
  if (!mp) return NULL;
  mp->is_foreign = true;
  mp->tid = os_tid();
  m_list(mp);
  return mp;
}

extern void *__libc_stack_end;  // where the first thread's stack begins

// Above the frames of a thread lie its thread-locals and its control block.
enum { THREAD_ABOVE = 1024 };

__attribute__((noinline)) struct g *getg_slow(void) {
  sched_start();
  struct m *mp = getm();
  if (mp) {
    if (mp->curg) return mp->curg;
    throw("getg on a scheduler stack");
  }
  race_hide_begin();
  mp = foreign_m();
  struct g *gp = thread_g_new();
  race_hide_end();
  if (!mp || !gp) throw("out of memory for a thread that uses crun");
  sysmon_start();  // its timers must be run even if no goroutine ever is
  gp->goid = add_rlx(&sched.goid, 1) + 1;
  gp->is_thread = true;
  gp->stack_hi = (char *)__builtin_frame_address(0) + THREAD_ABOVE;
  gp->race = race_self();
  store_rlx(&gp->status, G_RUNNING);
  mp->curg = gp;
  add_rlx(&sched.nborn, 1);
  extra_add(gp);
  lockorder_started(gp, NULL);
  m_tls = mp;
  race_hide_begin();
  pthread_setspecific(thread_key, mp);
  race_hide_end();
  return gp;
}

// ---- fork ------------------------------------------------------------------------------------------

// In the child only the goroutine that forked goes on: the others' threads do not exist there, and
// what they were doing is not known. It may start new ones. The locks are taken around the fork so
// that none is left held by a thread that is gone.
static void before_fork(void) {
  rt_enter();
  lock(&sched.retake_lock);
  lock(&sched.lock);
  lock(&sched.all_lock);
  go_locks();
}

static void in_parent(void) {
  go_unlocks();
  unlock(&sched.all_lock);
  unlock(&sched.lock);
  unlock(&sched.retake_lock);
  rt_exit();
}

// forget_ps empties all Ps; those besides mine have lost their threads.
static void forget_ps(struct p *mine) {
  store_rlx(&sched.nidle_p, 0);
  sched.idle_p = NULL;
  store_rlx(&sched.nlive_p, load_rlx(&sched.nmade));
  for (uint32_t i = 0; i < load_rlx(&sched.nmade); i++) {
    struct p *pp = sched.procs[i];
    store_rlx(&pp->runnext, NULL);
    store_rlx(&pp->nborn, 0);
    store_rlx(&pp->runq.head, load_rlx(&pp->runq.tail));
    if (pp != mine) p_idle_locked(pp);
  }
}

static void in_child(void) {
  struct m *mp = getm();
  lockorder_on = false;  // another thread may have been in the middle of it
  sched.idle_m = NULL;
  sched.timer_m = NULL;
  sched.nm = mp && !mp->is_foreign;
  sched.nidle_m = 0;
  sched.dead_m = sched.asked_m = NULL;
  sched.global_head = sched.global_tail = sched.urgent_head = sched.urgent_tail = NULL;
  store_rlx(&sched.global_len, 0);
  store_rlx(&sched.nspinning, 0);
  forget_ps(mp ? mp->p : NULL);
  lock_forget();
  timers_forget();
  waitfor_forget();
  netpoll_forget();
  sysmon_forget();
  scavenge_forget();
  store_rlx(&sched.nborn, 1);
  crowd_forget();
  store_rlx(&sched.nparked_threads, 0);
  store_rlx(&sched.handing, 0);
  store_rlx(&sched.drowsy, false);
  store_rlx(&sched.all_m, mp);
  if (mp) {
    mp->tid = os_tid();
    mp->all_next = NULL;
  }
  go_unlocks();
  unlock(&sched.all_lock);
  unlock(&sched.lock);
  unlock(&sched.retake_lock);
  rt_exit();
}

// ---- the start -------------------------------------------------------------------------------------

static void main_init(void) {
  char *lo = mmap(NULL, G0_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (lo == MAP_FAILED) throw("out of memory for the scheduler's stack");
  m0.g0_lo = lo;
  m0.g0_sp = lo + G0_STACK - 256;
  fiber_new(&m0.fiber, lo, G0_STACK);
  m0.tid = os_tid();
  m0.errno_at = &errno;
  m_list(&m0);
  struct p *pp = sched.procs[0];  // the idle list's first
  sched.idle_p = pp->idle_next;
  store_rlx(&sched.nidle_p, load_rlx(&sched.nidle_p) - 1);
  m0.p = pp;
  store_rlx(&pp->m, &m0);
  store_rlx(&pp->status, P_RUNNING);
  store_rlx(&pp->schedtick, 1);  // main's; the next pick is no multiple of the fair one
  m0.curg = &main_g;
  sched.nm = 1;
  main_g.goid = 1;
  main_g.is_main = true;
  main_g.stack_hi = __libc_stack_end;
  main_g.ran_on = &m0;
  main_g.race = race_main_g();
  store_rlx(&main_g.status, G_RUNNING);
  store_rlx(&sched.goid, 1);
  store_rlx(&sched.nborn, 1);
  extra_add(&main_g);
  m_tls = &m0;
}

static void start_once(void) {
  race_hide_begin();
  settings_init();
  foreign_init();
  lockorder_init();
  traceback_init();
  periodic_init();
  go_init();
  stack_init();
  procs_init();
  pthread_key_create(&thread_key, thread_ends);
  main_init();
  pthread_atfork(before_fork, in_parent, in_child);
  crash_init();
  leak_init();
  race_hide_end();
}

void sched_start(void) {
  static _Atomic uint32_t state;  // 0, 1 under way, 2 done
  uint32_t zero = 0;
  if (load_acq(&state) == 2) return;  // A1
  if (cas_acq(&state, &zero, 1)) {
    start_once();
    store_rel(&state, 2);  // R1
    if (periodic_next() != INT64_MAX) sysmon_start();
  } else {
    while (load_acq(&state) != 2) cpu_relax();
  }
}

// Only programs that use a cr_ name are linked with this object, so only they have the constructor.
__attribute__((constructor(101))) static void before_main(void) { sched_start(); }
