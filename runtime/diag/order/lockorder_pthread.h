// SPDX-License-Identifier: Apache-2.0
// lockorder_pthread.h: pthread mutexes, rwlocks and spin locks in the watch over the order of locks.
#ifndef CRUN_DIAG_LOCKORDER_PTHREAD_H
#define CRUN_DIAG_LOCKORDER_PTHREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "diag/order/lockorder.h"

// What follows is called only if lockorder_is_on().

// lockorder_pthread_taken: gp, which runs, has taken lock in the way what (race.h), for the call that returns to pc from where the
// stack pointer was cfa. lockorder_pthread_left: it is about to give it up. lockorder_pthread_forget: what is at lock is another.
void lockorder_pthread_taken(struct g *gp, const void *lock, unsigned what, uintptr_t pc, const uintptr_t *cfa);
void lockorder_pthread_left(struct g *gp, const void *lock);
void lockorder_pthread_forget(const void *lock);

#endif
