// SPDX-License-Identifier: Apache-2.0
// wake.h: what stack, timer and sysmon need of the scheduler's inside.
#ifndef CRUN_WAKE_H
#define CRUN_WAKE_H

#include "g.h"

enum { MAX_PROCS = 1024, MAX_THREADS = 10000 };

// The scheduler's shared state.
struct sched {
  struct lock lock;            // rank 1: the lists below
  struct g *global_head, *global_tail;  // under lock
  _Atomic uint32_t global_len;          // written under lock
  struct m *idle_m;                     // under lock
  struct p *idle_p;                     // under lock
  _Atomic uint32_t nidle_p;             // written under lock
  _Atomic uint32_t nspinning;           // Ms that look for work
  uint32_t nm, nidle_m;                 // under lock
  struct m *all_m;                      // under lock
  struct lock retake_lock;     // rank 0: an M's P against sysmon
  struct lock all_lock;        // rank 2: the list of all goroutines
    _Atomic uint64_t ngoroutines;
  _Atomic uint64_t goid;
  struct p **procs;            // read-only after sched_start
  uint32_t nprocs;
  struct m *timer_m;           // under lock: the idle M that sleeps until the next timer
  _Atomic uint32_t sysmon_word;  // futex: sysmon sleeps on 0 while nothing runs
};
extern struct sched sched;

// sched_timer_earlier: the earliest timer changed; whoever sleeps until the old one looks again.
void sched_timer_earlier(void);

// wakep starts an M on an idle P if nobody looks for work already.
void wakep(void);

// startm runs an M on pp.
void startm(struct p *pp, bool spinning);

void global_put(struct g *gp);

// sysmon_start makes the watching thread; sysmon_poke says that there is something to watch.
void sysmon_start(void);
void sysmon_poke(void);

// sysmon_forget: the child of a fork has no watching thread yet.
void sysmon_forget(void);

// sysmon_threads is 1 once the watching thread runs.
int sysmon_threads(void);

// sched_check_dead ends the process if nobody is left who could make a goroutine ready.
void sched_check_dead(void);

// thread_start makes a detached thread of the runtime's own, all signals as the caller's.
void thread_start(void *(*fn)(void *), void *arg);

#endif
