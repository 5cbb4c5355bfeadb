// SPDX-License-Identifier: Apache-2.0
// weak_spin.h stands in for race/spin.h: to wait for a lock is one step, not many in vain.
#ifndef CRUN_RACE_SPIN_H
#define CRUN_RACE_SPIN_H

#include <stdbool.h>
#include <stdint.h>

#include "weak.h"

extern bool race_threaded;

struct spin {
  uint32_t word;
};

static inline void spin_lock(struct spin *s) { weak_lock(&s->word); }
static inline bool spin_trylock(struct spin *s) { return weak_trylock(&s->word); }
static inline void spin_unlock(struct spin *s) { weak_unlock(&s->word); }

#endif
