// SPDX-License-Identifier: Apache-2.0
// lock.c: the contended paths of lock.h.
#include "base/lock.h"

#include "base/os.h"

#ifndef LOCK_SPINS
#define LOCK_SPINS 100  // none in the model
#endif
enum { BLIND_NS = 1000 * 1000 };

_Alignas(64) _Atomic uint32_t lock_sleepers[SLEEPER_COUNTS];

void lock_contended(struct lock *l) {
  for (int i = 0; i < LOCK_SPINS; i++) {
    if (load_rlx(&l->word) == 0 && trylock(l)) return;
    cpu_relax();
  }
  _Atomic uint32_t *sleepers = &lock_sleepers[lock_hash(l)];
  add_seq(sleepers, 1);                           // R2
  int64_t most_ns = os_barrier() ? -1 : BLIND_NS;  // without it an unlock may not see us
  while (!trylock(l)) futex_wait(&l->word, 1, most_ns);  // A3
  add_rlx(sleepers, -1u);
}

void unlock_contended(struct lock *l) { futex_wake(&l->word, 1); }

void lock_forget(void) {
  for (int i = 0; i < SLEEPER_COUNTS; i++) store_rlx(&lock_sleepers[i], 0);
}
