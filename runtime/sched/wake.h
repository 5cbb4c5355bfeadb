// SPDX-License-Identifier: Apache-2.0
// wake.h: what stack, timer and sysmon need of the scheduler's inside.
#ifndef CRUN_WAKE_H
#define CRUN_WAKE_H

#include "sched/g.h"

enum { MAX_PROCS = 1024, MAX_THREADS = 10000 };

// The scheduler's shared state.
struct sched {
  struct lock lock;            // rank 1: the lists below
  struct g *global_head, *global_tail;  // under lock
  struct g *urgent_head, *urgent_tail;  // under lock: those that were made ready by who has no P
  _Atomic uint32_t global_len;          // written under lock: of both
  struct m *idle_m;                     // under lock
  struct p *idle_p;                     // under lock
  _Atomic uint32_t nidle_p;             // written under lock
  _Atomic uint32_t nspinning;           // Ms that look for work
  int32_t nm, nidle_m;                  // under lock: all Ms, and those that wait for a P
  struct m *asked_m;                    // under lock: Ms that sysmon is to start
  _Atomic uint32_t sysmon_asked;        // futex: 1 when there are such
  struct m *dead_m;                     // under lock: Ms whose thread has ended; sysmon may still look at one
  struct lock retake_lock;     // rank 0: an M's P against sysmon
  struct m *_Atomic all_m;     // every M that began to run: one is put in front and none is taken off
  struct lock all_lock;        // rank 2: the list of all goroutines
  _Atomic uint64_t nborn;      // goroutines there are, less what the Ps count themselves
  _Atomic uint64_t goid;
  struct p *procs[MAX_PROCS];  // [0, nmade) is read-only; by number
  _Atomic uint32_t nmade;      // written under lock
  _Atomic uint32_t nprocs;     // written under lock: how many there shall be
  _Atomic uint32_t nlive_p;    // written under lock: how many are not gone: those that leave are counted
  struct m *_Atomic timer_m;   // written under lock: the idle M that sleeps until the next timer
  _Atomic uint32_t sysmon_word;  // futex: sysmon sleeps on 1 while nothing runs
  _Atomic uint32_t frozen;       // futex: how many read stacks, while no goroutine may begin to run; FROZEN_TRIM: trim.h
  _Atomic int nparked_threads;   // of the program's own threads that are parked here, less those about to be
  _Atomic uint32_t handing;      // 1 while sysmon may have in hand what it took off the timers or the poller
  sigset_t start_mask;           // read-only after sysmon_start: the signal mask of who started it
  _Atomic uint64_t nretakes, nhandoffs, npolls, nforeign_parks;  // since the start (diag/watch/stats.c)
  _Alignas(64) _Atomic bool has_barrier;   // os_barrier works; read-only after sysmon_start
  _Atomic bool drowsy;           // an idle M looks every so often for what was started: nobody need wake it (mstop.c)
  _Atomic bool alone;            // under lock: there has been one P only, and its owner alone takes from its ring (procs.c)
  _Atomic int64_t coarse_ns;  // the time when sysmon last looked: what a park costs nothing to note
  _Atomic int64_t watched_ns;    // since when sysmon tells the time; 0: not yet
  _Atomic int64_t ahead_ns;      // tests only: how far sched_now is ahead of nanotime
};
extern struct sched sched;

// sched_timer_earlier: the earliest timer changed; whoever sleeps until the old one looks again.
void sched_timer_earlier(void);

// signals_unheard is how many goroutines wait in the poller for signals that would reach no receiver, while no
// goroutine runs.
uint32_t signals_unheard(void);

// sched_poll makes the goroutines whose descriptors became ready runnable.
void sched_poll(void);

// wakep starts an M on an idle P if nobody looks for work already.
void wakep(void);

// startm runs an M on pp.
void startm(struct p *pp, bool spinning);

// handoff: the M that had pp goes on without it. It is given to an M that runs what waits, or becomes idle.
void handoff(struct p *pp);

void global_put(struct g *gp);

// count_g counts goroutines that were born (1) or have ended (-1) on mp, nil: elsewhere.
static inline void count_g(struct m *mp, int n) {
  struct p *pp = mp ? load_rlx(&mp->p) : NULL;
  if (pp) store_rlx(&pp->nborn, load_rlx(&pp->nborn) + (uint64_t)n);
  else add_rlx(&sched.nborn, (uint64_t)n);
}

// sched_start_asked starts the threads that sysmon was asked to start.
void sched_start_asked(void);

// sysmon_start makes the watching thread; sysmon_poke says that there is something to watch.
void sysmon_start(void);
void sysmon_poke(void);

// sysmon_has_barrier tells whether os_barrier works, and there is a thread besides whom it may concern.
bool sysmon_has_barrier(void);

// sysmon_forget: the child of a fork has no watching thread yet.
void sysmon_forget(void);

// sched_now is the time by which goroutines are said to have waited; coarse_ns follows it. sched_tell_time
// sets coarse_ns to it. sched_waited_ns is for how long gp, which is parked, has waited, at least.
int64_t sched_now(void);
int64_t sched_waited_ns(struct g *gp);
void sched_tell_time(void);

// sysmon_tid is the kernel's number of the watching thread; 0: it does not run.
int sysmon_tid(void);

// sysmon_frame is where its stack begins, 0: it does not run.
uintptr_t sysmon_frame(void);

// sysmon_threads is 1 once the watching thread runs.
int sysmon_threads(void);

// sched_check_dead ends the process if nobody is left who could make a goroutine ready.
void sched_check_dead(void);

// m_list puts mp, whose tid is set, on the list of all Ms.
void m_list(struct m *mp);

// sched_freeze keeps every goroutine that does not run from running, until as many calls of sched_thaw.
void sched_freeze(void);
void sched_thaw(void);

// sched_has_foreign_threads tells whether threads run that the runtime did not make.
bool sched_has_foreign_threads(void);

// thread_start makes a detached thread of the runtime's own, with all signals blocked. It returns 0 or
// an error number.
int thread_start(void *(*fn)(void *), void *arg);

// handler_swap is sigaction for a handler of the runtime's own: the detector neither checks nor delays it.
struct sigaction;
int handler_swap(int sig, const struct sigaction *sa, struct sigaction *old);

// go_locks and go_unlocks bracket fork: the locks of stacks and free Gs. stack_locks: those of arenas.
void go_locks(void);
void go_unlocks(void);
void stack_locks(void);
void stack_unlocks(void);

#endif
