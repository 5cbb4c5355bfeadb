// SPDX-License-Identifier: Apache-2.0
// single.h: the single-goroutine phase: while one line of execution is all there is, compiled code runs copies
// without checks (instrument/versions.cpp).
//
// The phase lasts while
//   1. one race_g lives;
//   2. it knows the last epoch of every slot that an ended one had: acquired it, not merely outlived it;
//   3. nothing is armed that will make another one which is not created by it: a timer's function, a signal
//      handler where there is a second thread to run it.
//
// Why an access in it needs neither be compared nor be kept: all that memory remembers happened before it (1, 2),
// and whoever comes later is created, directly or not, by the one that lives, after the access (1, 3). Sync
// operations keep the clocks up all the same: what was released before the phase ends is acquired after it.
//
// It ends where the second race_g is made (before that one runs, by the thread that creates it), and begins again
// with the acquire that completes 2, or, if the last other one ends after that, at the next epoch, release or
// first touch of memory of the one that is left (single_due).
//
// Lock: slot_lock guards what is written here.
#ifndef CRUN_RACE_SINGLE_H
#define CRUN_RACE_SINGLE_H

#include <stdbool.h>
#include <stdint.h>

#include "g.h"

// single_is_on: g, the only one, makes accesses that nobody need see. What has come as far as the engine asks here, behind
// the hit: checks in code that has no copy, libc's functions, locks and atomics.
extern uint8_t __crun_race_single;
static inline bool single_is_on(void) {
  return __builtin_expect(__atomic_load_n(&__crun_race_single, __ATOMIC_RELAXED), 0);
}

// single_alone: one race_g lives and the phase has not begun. single_due: and it was not asked since.
extern bool single_alone, single_due;

// single_asks: it is on, or due; the first touch of a word asks no more than that.
extern uint8_t single_on_or_due;
static inline uint8_t single_asks(void) { return __atomic_load_n(&single_on_or_due, __ATOMIC_RELAXED); }

// single_try begins the phase if g, the only one, knows all that ended. The thread that runs g calls it, or the
// one that completes g's operation; it takes slot_lock.
void single_try(race_g *g);

static inline bool single_is_due(void) { return __builtin_expect(__atomic_load_n(&single_due, __ATOMIC_RELAXED), 0); }

// single_poll is for the slow paths of g.
static inline void single_poll(race_g *g) {
  if (single_is_due()) single_try(g);
}

// single_learned: g's clock has grown.
static inline void single_learned(race_g *g) {
  if (__builtin_expect(__atomic_load_n(&single_alone, __ATOMIC_RELAXED), 0)) single_try(g);
}

// single_never ends the phase for good: what comes may be ordered after what happened so far, and no more.
void single_never(void);

// single_handled: the program has a signal handler. single_threaded: there is going to be a second thread.
void single_handled(void);
void single_threaded(void);

// ---- for slot.c, under slot_lock -----------------------------------------------------------------

void single_count_locked(size_t live);  // so many race_gs live now
bool single_may_locked(void);           // 1 and 3 hold, and the phase has not begun
void single_begin_locked(void);
void single_wait_locked(void);          // 2 does not hold yet

#endif
