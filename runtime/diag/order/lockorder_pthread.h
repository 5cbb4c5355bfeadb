// SPDX-License-Identifier: Apache-2.0
// lockorder_pthread.h: pthread mutexes, rwlocks and spin locks in the watch over the order of locks.
#ifndef CRUN_DIAG_LOCKORDER_PTHREAD_H
#define CRUN_DIAG_LOCKORDER_PTHREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "diag/order/lockorder.h"

void lockorder_pthread_slow(const void *lock, unsigned what, uintptr_t pc);

// lockorder_pthread: the goroutine or thread that runs does what (race.h) with lock, for the call that returns to pc.
static inline void lockorder_pthread(const void *lock, unsigned what, uintptr_t pc) {
  if (lockorder_is_on()) lockorder_pthread_slow(lock, what, pc);
}

// lockorder_is_pthread tells whether the lock at addr with this number is one of these.
bool lockorder_is_pthread(uintptr_t addr, uint32_t id);

#endif
