// SPDX-License-Identifier: Apache-2.0
// libc_lock.c: that a lock is there while it is used: destroying or freeing one that another thread may still use.
//
// Each use is an atomic read of the object's first byte, before the call; destroying it is a plain write of that
// byte, and free writes all of it. So uses do not race with each other, but an end that no edge puts after a use
// does. A use comes before the edge that the call makes: whoever learns from my unlock, or from my post, knows that
// I came to lock it. That is why the common correct way is silent:
//
//     lock; last = --users == 0; unlock; if (last) destroy, free
//
// Unlocking is no use of its own: its lock was one. Calls from uninstrumented libraries are not looked at: what
// orders them may be out of sight.
#include <pthread.h>
#include <semaphore.h>
#include <threads.h>
#include <time.h>

#include "libc.h"
#include "lock_misuse.h"
#include "word.h"

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

static inline void used(const volatile void *p, uintptr_t pc) {
  uintptr_t a = (uintptr_t)p;
  if (race_cur) access_keep_within(race_cur, a, (uint64_t)1 << a % 8 | CELL_READ | CELL_ATOMIC, pc);
}

#define USES(result, name, parameters, arguments) \
  CHECKED result __crun_##name parameters {       \
    used(o, HERE);                                \
    return name arguments;                        \
  }

#define ENDS(name, type)                                \
  CHECKED int __crun_##name(type *o) {                  \
    int r = name(o);                                    \
    if (r == 0) did_write((const void *)o, 1, HERE);    \
    return r;                                           \
  }

// USES ends in a jump, so that pthread.c sees the program's own return address.
//
// A wait uses two: the condition, and the mutex, which its lock has used already.

USES(int, pthread_mutex_lock, (pthread_mutex_t *o), (o))
USES(int, pthread_mutex_trylock, (pthread_mutex_t *o), (o))
USES(int, pthread_mutex_timedlock, (pthread_mutex_t *o, const struct timespec *t), (o, t))
USES(int, pthread_mutex_clocklock, (pthread_mutex_t *o, clockid_t c, const struct timespec *t), (o, c, t))
CHECKED int __crun_pthread_mutex_unlock(pthread_mutex_t *o) {
  lock_misuse_unlock(o, HERE);
  return pthread_mutex_unlock(o);
}
CHECKED int __crun_pthread_mutex_destroy(pthread_mutex_t *o) {
  int r = pthread_mutex_destroy(o);
  if (r == 0) did_write(o, 1, HERE);
  else lock_misuse_destroy(o, HERE);
  return r;
}

USES(int, pthread_rwlock_rdlock, (pthread_rwlock_t *o), (o))
USES(int, pthread_rwlock_tryrdlock, (pthread_rwlock_t *o), (o))
USES(int, pthread_rwlock_timedrdlock, (pthread_rwlock_t *o, const struct timespec *t), (o, t))
USES(int, pthread_rwlock_clockrdlock, (pthread_rwlock_t *o, clockid_t c, const struct timespec *t), (o, c, t))
USES(int, pthread_rwlock_wrlock, (pthread_rwlock_t *o), (o))
USES(int, pthread_rwlock_trywrlock, (pthread_rwlock_t *o), (o))
USES(int, pthread_rwlock_timedwrlock, (pthread_rwlock_t *o, const struct timespec *t), (o, t))
USES(int, pthread_rwlock_clockwrlock, (pthread_rwlock_t *o, clockid_t c, const struct timespec *t), (o, c, t))
ENDS(pthread_rwlock_destroy, pthread_rwlock_t)

USES(int, pthread_spin_lock, (pthread_spinlock_t *o), (o))
USES(int, pthread_spin_trylock, (pthread_spinlock_t *o), (o))
ENDS(pthread_spin_destroy, pthread_spinlock_t)

USES(int, pthread_cond_wait, (pthread_cond_t *o, pthread_mutex_t *m), (o, m))
USES(int, pthread_cond_timedwait, (pthread_cond_t *o, pthread_mutex_t *m, const struct timespec *t), (o, m, t))
USES(int, pthread_cond_clockwait, (pthread_cond_t *o, pthread_mutex_t *m, clockid_t c, const struct timespec *t),
     (o, m, c, t))
USES(int, pthread_cond_signal, (pthread_cond_t *o), (o))
USES(int, pthread_cond_broadcast, (pthread_cond_t *o), (o))
ENDS(pthread_cond_destroy, pthread_cond_t)

USES(int, pthread_barrier_wait, (pthread_barrier_t *o), (o))
ENDS(pthread_barrier_destroy, pthread_barrier_t)

USES(int, sem_wait, (sem_t *o), (o))
USES(int, sem_trywait, (sem_t *o), (o))
USES(int, sem_timedwait, (sem_t *o, const struct timespec *t), (o, t))
USES(int, sem_clockwait, (sem_t *o, clockid_t c, const struct timespec *t), (o, c, t))
USES(int, sem_post, (sem_t *o), (o))
ENDS(sem_destroy, sem_t)

USES(int, mtx_lock, (mtx_t *o), (o))
USES(int, mtx_trylock, (mtx_t *o), (o))
USES(int, mtx_timedlock, (mtx_t *o, const struct timespec *t), (o, t))
CHECKED int __crun_mtx_unlock(mtx_t *o) {
  lock_misuse_unlock((pthread_mutex_t *)o, HERE);
  return mtx_unlock(o);
}
CHECKED void __crun_mtx_destroy(mtx_t *o) {
  did_write(o, 1, HERE);
  mtx_destroy(o);
}

USES(int, cnd_wait, (cnd_t *o, mtx_t *m), (o, m))
USES(int, cnd_timedwait, (cnd_t *o, mtx_t *m, const struct timespec *t), (o, m, t))
USES(int, cnd_signal, (cnd_t *o), (o))
USES(int, cnd_broadcast, (cnd_t *o), (o))
CHECKED void __crun_cnd_destroy(cnd_t *o) {
  did_write(o, 1, HERE);
  cnd_destroy(o);
}
