// SPDX-License-Identifier: Apache-2.0
// spin.h: the detector's spin lock: one word, all-zero is free, nothing is taken while the process
// has a single thread.
//   R1: spin_unlock     A1: spin_lock
// Sections are short (a scan's page: a microsecond); a waiter whose holder is not running yields.
#ifndef CRUN_RACE_SPIN_H
#define CRUN_RACE_SPIN_H

#include <stdbool.h>
#include <stdint.h>

extern bool race_threaded;

struct spin {
  uint32_t word;  // 1: held
};

// spin_lock_slow waits for *word; out of line, shared by all spin locks of race/.
void spin_lock_slow(uint32_t *word);

static inline void spin_lock(struct spin *s) {
  if (!race_threaded) return;
  if (__builtin_expect(__atomic_exchange_n(&s->word, 1, __ATOMIC_ACQUIRE), 0)) spin_lock_slow(&s->word);  // A1
}

static inline bool spin_trylock(struct spin *s) {
  return !__atomic_exchange_n(&s->word, 1, __ATOMIC_ACQUIRE);  // A1; taken even with one thread
}

static inline void spin_unlock(struct spin *s) {
  __atomic_store_n(&s->word, 0, __ATOMIC_RELEASE);  // R1
}

#endif
