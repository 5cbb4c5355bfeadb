// SPDX-License-Identifier: Apache-2.0
// posix_lock.c: pthread mutexes and rwlocks as the program's own objects call them: libc's, and noted (foreign.h).
//
// Under -race the detector has these names; it tells foreign.c itself.
#include <pthread.h>
#include <time.h>

#include "io/posix.h"
#include "race/race.h"
#include "sched/foreign.h"

#define PC() ((uintptr_t)__builtin_return_address(0))

static inline int taken_at(int r, const void *lock, unsigned what, uintptr_t pc, const uintptr_t *cfa) {
  if (__builtin_expect(r == 0 || r == EOWNERDEAD, 1)) foreign_taken(lock, what, pc, cfa);
  return r;
}
#define taken(r, lock, what, pc) taken_at((r), (lock), (what), (pc), __builtin_dwarf_cfa())

// In the order of locks one is left before it is: it may be gone after.
static inline int left(int r) {
  if (r == 0) foreign_left();
  return r;
}

enum { MUTEX = 0, READ = RACE_LOCK_READS, WRITE = RACE_LOCK_WRITES, TRIED = RACE_LOCK_TRIED };

POSIX int pthread_mutex_lock(pthread_mutex_t *m) { return taken(LIBC(pthread_mutex_lock)(m), m, MUTEX, PC()); }
POSIX int pthread_mutex_trylock(pthread_mutex_t *m) { return taken(LIBC(pthread_mutex_trylock)(m), m, MUTEX | TRIED, PC()); }
POSIX int pthread_mutex_timedlock(pthread_mutex_t *m, const struct timespec *t) {
  return taken(LIBC(pthread_mutex_timedlock)(m, t), m, MUTEX | TRIED, PC());
}
POSIX int pthread_mutex_unlock(pthread_mutex_t *m) {
  foreign_leaves(m);
  return left(LIBC(pthread_mutex_unlock)(m));
}

POSIX int pthread_rwlock_rdlock(pthread_rwlock_t *l) { return taken(LIBC(pthread_rwlock_rdlock)(l), l, READ, PC()); }
POSIX int pthread_rwlock_tryrdlock(pthread_rwlock_t *l) { return taken(LIBC(pthread_rwlock_tryrdlock)(l), l, READ | TRIED, PC()); }
POSIX int pthread_rwlock_timedrdlock(pthread_rwlock_t *l, const struct timespec *t) {
  return taken(LIBC(pthread_rwlock_timedrdlock)(l, t), l, READ | TRIED, PC());
}
POSIX int pthread_rwlock_wrlock(pthread_rwlock_t *l) { return taken(LIBC(pthread_rwlock_wrlock)(l), l, WRITE, PC()); }
POSIX int pthread_rwlock_trywrlock(pthread_rwlock_t *l) { return taken(LIBC(pthread_rwlock_trywrlock)(l), l, WRITE | TRIED, PC()); }
POSIX int pthread_rwlock_timedwrlock(pthread_rwlock_t *l, const struct timespec *t) {
  return taken(LIBC(pthread_rwlock_timedwrlock)(l, t), l, WRITE | TRIED, PC());
}
POSIX int pthread_rwlock_unlock(pthread_rwlock_t *l) {
  foreign_leaves(l);
  return left(LIBC(pthread_rwlock_unlock)(l));
}

// ---- new ones at an old address ------------------------------------------------------------------------

POSIX int pthread_mutex_init(pthread_mutex_t *m, const pthread_mutexattr_t *attr) {
  foreign_forgets(m);
  return LIBC(pthread_mutex_init)(m, attr);
}
POSIX int pthread_mutex_destroy(pthread_mutex_t *m) {
  foreign_forgets(m);
  return LIBC(pthread_mutex_destroy)(m);
}
POSIX int pthread_rwlock_init(pthread_rwlock_t *l, const pthread_rwlockattr_t *attr) {
  foreign_forgets(l);
  return LIBC(pthread_rwlock_init)(l, attr);
}
POSIX int pthread_rwlock_destroy(pthread_rwlock_t *l) {
  foreign_forgets(l);
  return LIBC(pthread_rwlock_destroy)(l);
}
