// SPDX-License-Identifier: Apache-2.0
// timer.h: one-shot timers on CLOCK_MONOTONIC, run by the scheduler.
#ifndef CRUN_TIMER_H
#define CRUN_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/atomic.h"

// A timer lives where its owner puts it; all zero is a stopped one. It must stay in place while armed.
struct timer {
  int64_t when_ns;        // under timers_lock
  void (*fn)(void *arg);  // under timers_lock
  void *arg;              // under timers_lock
  uint32_t index;         // under timers_lock: place in the heap + 1; 0: not armed
  bool (*heard)(void *arg);  // owner's, while it is not armed: would fn make any goroutine ready, while none runs? nil: yes
};

// timer_start arms t: fn(arg) is called at when_ns or soon after, once, on a scheduler stack. fn may
// call ready and the timer functions and must not block.
void timer_start(struct timer *t, int64_t when_ns, void (*fn)(void *arg), void *arg);

// timer_stop disarms t; false: it was not armed, so fn has run or runs now.
bool timer_stop(struct timer *t);

// timers_next is when the earliest timer is due; INT64_MAX: there is none.
extern _Atomic int64_t timers_next_ns;  // written under timers_lock
static inline int64_t timers_next(void) { return load_acq(&timers_next_ns); }

// timers_armed is how many are armed.
uint32_t timers_armed(void);

// timers_wake tells whether a timer is armed that makes a goroutine ready for sure; timers_heard whether any will, while
// no goroutine runs.
bool timers_wake(void);
bool timers_heard(void);

// timers_forget disarms all: the child of a fork.
void timers_forget(void);

// timers_locks and timers_unlocks bracket timers_each, which calls fn for every armed timer. timers_memory is the
// heap's block; it may hold what was armed once.
void timers_locks(void);
void timers_unlocks(void);
void timers_each(void (*fn)(struct timer *t, void *arg), void *arg);
const void *timers_memory(void);

// timers_sysmon_arg is the argument of the timer's function that the watching thread runs now; nil: none. What an M runs is in
// its timer_arg.
const void *timers_sysmon_arg(void);

// timers_run calls what is due at now; returns how many it called.
int timers_run(int64_t now);

#endif
