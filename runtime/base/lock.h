// SPDX-License-Identifier: Apache-2.0
// lock.h: the runtime's own lock: spins a little, then sleeps on a futex. All zero is unlocked.
//
// It is held for short stretches of runtime code and never across a park. It blocks the thread.
//   R1: unlock's exchange     A1: lock's compare-and-swap or exchange
#ifndef CRUN_BASE_LOCK_H
#define CRUN_BASE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/atomic.h"

struct lock {
  _Atomic uint32_t word;  // 0 free, 1 held, 2 held and somebody may sleep
};

void lock_contended(struct lock *l);
void unlock_contended(struct lock *l);

static inline void lock(struct lock *l) {
  uint32_t free = 0;
  if (!cas_acq(&l->word, &free, 1)) lock_contended(l);  // A1
}

static inline bool trylock(struct lock *l) {
  uint32_t free = 0;
  return cas_acq(&l->word, &free, 1);  // A1
}

static inline void unlock(struct lock *l) {
  if (xchg_rel(&l->word, 0) == 2) unlock_contended(l);  // R1
}

#endif
