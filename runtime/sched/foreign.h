// SPDX-License-Identifier: Apache-2.0
// foreign.h: pthread mutexes and rwlocks that a goroutine holds: the thread owns them, so it stays on it meanwhile.
#ifndef CRUN_FOREIGN_H
#define CRUN_FOREIGN_H

#include "sched/g.h"

// foreign_init has the detector tell of them; without one posix_lock.c does.
void foreign_init(void);

// foreign_taken: the goroutine that runs has taken lock, for the call that returns to pc. foreign_left: it gives one up.
void foreign_taken(const void *lock, uintptr_t pc);
void foreign_left(void);

// foreign_parks: gp is about to park and holds such a lock. Others that want it block their threads until gp is back.
void foreign_parks(struct g *gp, enum wait_reason why);

#endif
