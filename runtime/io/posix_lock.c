// SPDX-License-Identifier: Apache-2.0
// posix_lock.c: pthread mutexes and rwlocks as the program's own objects call them: libc's, and noted (foreign.h).
//
// Under -race the detector has these names; it tells foreign.c itself.
#include <pthread.h>
#include <time.h>

#include "io/posix.h"
#include "sched/foreign.h"

#define PC() ((uintptr_t)__builtin_return_address(0))

static inline int taken(int r, const void *lock, uintptr_t pc) {
  if (r == 0 || r == EOWNERDEAD) foreign_taken(lock, pc);
  return r;
}

POSIX int pthread_mutex_lock(pthread_mutex_t *m) { return taken(LIBC(pthread_mutex_lock)(m), m, PC()); }
POSIX int pthread_mutex_trylock(pthread_mutex_t *m) { return taken(LIBC(pthread_mutex_trylock)(m), m, PC()); }
POSIX int pthread_mutex_timedlock(pthread_mutex_t *m, const struct timespec *t) {
  return taken(LIBC(pthread_mutex_timedlock)(m, t), m, PC());
}
POSIX int pthread_mutex_unlock(pthread_mutex_t *m) {
  int r = LIBC(pthread_mutex_unlock)(m);
  if (r == 0) foreign_left();
  return r;
}

POSIX int pthread_rwlock_rdlock(pthread_rwlock_t *l) { return taken(LIBC(pthread_rwlock_rdlock)(l), l, PC()); }
POSIX int pthread_rwlock_tryrdlock(pthread_rwlock_t *l) { return taken(LIBC(pthread_rwlock_tryrdlock)(l), l, PC()); }
POSIX int pthread_rwlock_timedrdlock(pthread_rwlock_t *l, const struct timespec *t) {
  return taken(LIBC(pthread_rwlock_timedrdlock)(l, t), l, PC());
}
POSIX int pthread_rwlock_wrlock(pthread_rwlock_t *l) { return taken(LIBC(pthread_rwlock_wrlock)(l), l, PC()); }
POSIX int pthread_rwlock_trywrlock(pthread_rwlock_t *l) { return taken(LIBC(pthread_rwlock_trywrlock)(l), l, PC()); }
POSIX int pthread_rwlock_timedwrlock(pthread_rwlock_t *l, const struct timespec *t) {
  return taken(LIBC(pthread_rwlock_timedwrlock)(l, t), l, PC());
}
POSIX int pthread_rwlock_unlock(pthread_rwlock_t *l) {
  int r = LIBC(pthread_rwlock_unlock)(l);
  if (r == 0) foreign_left();
  return r;
}
