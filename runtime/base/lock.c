// SPDX-License-Identifier: Apache-2.0
// lock.c: the contended paths of lock.h.
#include "base/lock.h"

#include "base/os.h"

enum { SPINS = 100 };

void lock_contended(struct lock *l) {
  for (int i = 0; i < SPINS; i++) {
    uint32_t free = 0;
    if (load_rlx(&l->word) == 0 && cas_acq(&l->word, &free, 1)) return;
    cpu_relax();
  }
  // From here on the word says 2: the holder cannot know whether the last sleeper has gone.
  while (xchg_acq(&l->word, 2) != 0) futex_wait(&l->word, 2, -1);
}

void unlock_contended(struct lock *l) { futex_wake(&l->word, 1); }
