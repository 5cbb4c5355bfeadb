// SPDX-License-Identifier: Apache-2.0
// lock.h: the runtime's own lock: spins a little, then sleeps on a futex. All zero is unlocked.
//
// It is held for short stretches of runtime code and never across a park. It blocks the thread.
//   R1: unlock's store        A1: lock's compare-and-swap
//
// unlock is a plain store and a look whether anybody sleeps; a locked exchange in its place costs 5 ns, as much again as
// the lock. Who is about to sleep pays for that:
//     sleeper: ++sleepers (R2);  membarrier;             word still 1? sleep (A3)
//     unlock:  word = 0 (R3);    (compiler barrier);     sleepers? (A2)  wake one
// membarrier makes every running thread pass a full fence between the two, so one of the two sees the other. Where the
// kernel has none, a sleeper looks again each millisecond. The counts of sleepers lie apart from the locks, each
// for many of them: after its store unlock may not touch the lock, which its next owner may free.
// tests/model/lock_model.c runs this file and lock.c under every interleaving.
#ifndef CRUN_BASE_LOCK_H
#define CRUN_BASE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/atomic.h"

struct lock {
  _Atomic uint32_t word;  // 0 free, 1 held
};

enum { SLEEPER_COUNTS = 16 };
extern _Atomic uint32_t lock_sleepers[SLEEPER_COUNTS];  // who sleeps on a lock, by lock_hash

void lock_contended(struct lock *l);
void unlock_contended(struct lock *l);

// lock_forget: in the child of a fork nobody sleeps.
void lock_forget(void);

static inline uint32_t lock_hash(const struct lock *l) { return ((uintptr_t)l >> 4) % SLEEPER_COUNTS; }

static inline bool trylock(struct lock *l) {
  uint32_t free = 0;
  return cas_acq(&l->word, &free, 1);  // A1
}

static inline void lock(struct lock *l) {
  if (!trylock(l)) lock_contended(l);
}

static inline void unlock(struct lock *l) {
  _Atomic uint32_t *sleepers = &lock_sleepers[lock_hash(l)];
  store_rel(&l->word, 0);                     // R1, R3
  atomic_signal_fence(memory_order_seq_cst);  // membarrier makes this a real fence
  if (__builtin_expect(load_rlx(sleepers) != 0, 0)) unlock_contended(l);  // A2
}

#endif
