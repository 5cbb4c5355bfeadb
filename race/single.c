// SPDX-License-Identifier: Apache-2.0
// single.c: whether the single-goroutine phase is on; single.h says when.
#include "single.h"

#include <stdatomic.h>

#include "slot.h"

// __crun_race_single is what compiled code asks (abi.inc): 1 in the phase.
__attribute__((visibility("default"))) uint8_t __crun_race_single;

bool single_alone, single_due;
uint8_t single_on_or_due;

static bool one;             // under slot_lock: one race_g lives
static _Atomic bool never;   // single_never
static _Atomic bool handled, threaded;

static void store(void *p, bool v) { __atomic_store_n((uint8_t *)p, v, __ATOMIC_RELAXED); }

static bool is_excluded(void) {
  return atomic_load_explicit(&never, memory_order_relaxed) ||
         (atomic_load_explicit(&handled, memory_order_relaxed) && atomic_load_explicit(&threaded, memory_order_relaxed));
}

static void note(bool on) {
  store(&__crun_race_single, on);
  bool alone = one && !on && !is_excluded();
  store(&single_alone, alone);
  store(&single_due, alone);
  store(&single_on_or_due, on || alone);
}

void single_count_locked(size_t live) {
  one = live == 1;
  note(one && single_is_on());
}

bool single_may_locked(void) { return one && !single_is_on() && !is_excluded(); }
void single_begin_locked(void) { note(true); }

void single_wait_locked(void) {
  store(&single_due, false);
  store(&single_on_or_due, single_is_on());
}

// What excludes it for good comes from the one line of execution that there is, or the phase is over already:
// no one begins it at the same time.
static void exclude(void) {
  if (!is_excluded()) return;
  store(&__crun_race_single, false);
  store(&single_alone, false);
  store(&single_due, false);
  store(&single_on_or_due, false);
}

void single_never(void) {
  atomic_store_explicit(&never, true, memory_order_relaxed);
  exclude();
}

void single_handled(void) {
  atomic_store_explicit(&handled, true, memory_order_relaxed);
  exclude();
}

void single_threaded(void) {
  if (atomic_exchange_explicit(&threaded, true, memory_order_relaxed)) return;
  exclude();
}

void single_try(race_g *g) { slot_single(g); }
