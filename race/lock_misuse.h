// SPDX-License-Identifier: Apache-2.0
// lock_misuse.h: tells of a pthread mutex that is unlocked by who does not hold it, or destroyed while it is held.
#ifndef CRUN_RACE_LOCK_MISUSE_H
#define CRUN_RACE_LOCK_MISUSE_H

#include <pthread.h>
#include <stdint.h>

// lock_misuse_unlock is called before m is unlocked at pc. Kinds of mutex that check their owner say so themselves.
void lock_misuse_unlock(const pthread_mutex_t *m, uintptr_t pc);

// lock_misuse_destroy is called when destroying m at pc failed perhaps because it is locked.
void lock_misuse_destroy(const pthread_mutex_t *m, uintptr_t pc);

#endif
