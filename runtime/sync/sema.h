// SPDX-License-Identifier: Apache-2.0
// sema.h: the semaphore and the mutex as the other locks use them: without edges for the detector.
#ifndef CRUN_RUNTIME_SEMA_H
#define CRUN_RUNTIME_SEMA_H

#include <stdbool.h>
#include <stdint.h>

#include "crun/sync.h"
#include "diag/deadlock/callsite.h"
#include "sched/sched.h"

// sema_acquire takes a permit, or parks for the reason why until one is handed over.
void sema_acquire(cr_sema *s, enum wait_reason why);
bool sema_try_acquire(cr_sema *s);

// sema_release gives n permits, to the waiters first. It does not touch s once the last is given.
void sema_release(cr_sema *s, uint32_t n);

// In all of these `at` is the user's call, and pc where that returns to.
void mutex_lock(cr_mutex *m, enum wait_reason why, callsite at);
bool mutex_trylock(cr_mutex *m, callsite at);
void mutex_unlock(cr_mutex *m, callsite at, uintptr_t pc);

// mutex_check_owner is fatal, saying unlocked if nobody holds m, unless the current goroutine does.
void mutex_check_owner(const cr_mutex *m, const char *unlocked, uintptr_t pc);

// rwmutex_lock and rwmutex_unlock are the whole of it, edges included, without entering the runtime.
void rwmutex_lock(cr_rwmutex *rw, callsite at, uintptr_t pc);
void rwmutex_unlock(cr_rwmutex *rw, callsite at, uintptr_t pc);

bool sema_is_valid(const cr_sema *s);
bool mutex_is_valid(const cr_mutex *m);

#endif
