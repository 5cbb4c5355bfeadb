// SPDX-License-Identifier: Apache-2.0
// cycle.h: a wait-for cycle as it is told: who is in it, what each waits for and what each holds.
#ifndef CRUN_DIAG_CYCLE_H
#define CRUN_DIAG_CYCLE_H

#include "diag/deadlock/misuse.h"
#include "diag/deadlock/waitfor.h"
#include "race/report.h"

static inline cr_mutex *mutex_of(uintptr_t on) { return (cr_mutex *)(on & ~(uintptr_t)BLOCKED_BITS); }
static inline cr_rwmutex *rwmutex_of(uintptr_t on) { return (cr_rwmutex *)(on & ~(uintptr_t)BLOCKED_BITS); }
static inline enum blocked kind_of(uintptr_t on) { return (enum blocked)(on & BLOCKED_BITS); }

// owner_goid is who owns m by its word; 0: nobody.
static inline uint64_t owner_goid(const cr_mutex *m) { return load_acq(&m->word) >> 4; }

enum { CYCLE_TOLD = 32 };

struct cycle {
  struct member {
    struct g *g;
    uintptr_t on, held;   // as in blocked_on: what it waits for, and what the one before it waits for
    uint64_t owner;       // of what it waits for; 0: several readers
    struct place locked;  // where it took what it holds
    char wait[320], hold[320], name[40];
  } member[CYCLE_TOLD];
  uint32_t n, total;      // members told, and all
  struct report_part part[2 * CYCLE_TOLD];
};

// cycle_member fills m for gp, which waits on `on` and holds `held`; both are read.
void cycle_member(struct member *m, struct g *gp, uintptr_t on, uintptr_t held);

// cycle_tell tells of c. Its members are parked, or will be in a moment, and never wake.
void cycle_tell(struct cycle *c);

// cycle_tell_ended tells of gp, which waits for a lock whose owner has ended.
void cycle_tell_ended(struct g *gp, uintptr_t on);

#endif
