// SPDX-License-Identifier: Apache-2.0
// foreign.h: pthread mutexes and rwlocks that a goroutine holds: the thread owns them, so it stays on it meanwhile.
#ifndef CRUN_FOREIGN_H
#define CRUN_FOREIGN_H

#include "sched/g.h"

// foreign_init has the detector tell of them; without one posix_lock.c does.
void foreign_init(void);

// foreign_taken: who runs has taken lock in the way what (race.h), for the call that returns to pc from where the stack pointer
// was cfa. foreign_leaves: it is about to give it up. foreign_left: it has. foreign_forgets: what is at lock is another now.
void foreign_taken(const void *lock, unsigned what, uintptr_t pc, const uintptr_t *cfa);
void foreign_leaves(const void *lock);
void foreign_left(void);
void foreign_forgets(const void *lock);

// foreign_parks: gp is about to park and holds such a lock. Others that want it block their threads until gp is back.
void foreign_parks(struct g *gp, enum wait_reason why);

#endif
