// SPDX-License-Identifier: Apache-2.0
// lock.c: pthread mutexes and rwlocks: LLVM's runtime checks them, and the runtime is told which goroutine holds one.
//
// These come in the place of the runtime's own, which are weak and go on under these names with __interceptor_.
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "race.h"
#include "self.h"

#define PUBLIC __attribute__((visibility("default")))
#define CALLER ((uintptr_t)__builtin_return_address(0))

static void (*watcher)(const void *lock, unsigned what, uintptr_t pc);

void race_watch_locks(void (*fn)(const void *lock, unsigned what, uintptr_t pc)) { watcher = fn; }

static void watch(const void *lock, unsigned what, uintptr_t pc) {
  if (watcher && !self.symbolizing) watcher(lock, what, pc);
}

#define TAKES(name, what, parameters, arguments)           \
  int ___interceptor_##name parameters;                    \
  PUBLIC int name parameters {                             \
    program_enter(CALLER);                                 \
    int r = ___interceptor_##name arguments;               \
    program_leave();                                       \
    if (r == 0 || r == EOWNERDEAD) watch(l, what, CALLER); \
    return r;                                              \
  }

#define GIVES(name, type)             \
  int ___interceptor_##name(type *l); \
  PUBLIC int name(type *l) {          \
    watch(l, RACE_LOCK_LEFT, CALLER); \
    program_enter(CALLER);            \
    int r = ___interceptor_##name(l); \
    program_leave();                  \
    return r;                         \
  }

TAKES(pthread_mutex_lock, 0, (pthread_mutex_t *l), (l))
TAKES(pthread_mutex_trylock, RACE_LOCK_TRIED, (pthread_mutex_t *l), (l))
TAKES(pthread_mutex_timedlock, RACE_LOCK_TRIED, (pthread_mutex_t *l, const struct timespec *t), (l, t))
GIVES(pthread_mutex_unlock, pthread_mutex_t)
TAKES(pthread_rwlock_rdlock, RACE_LOCK_READS, (pthread_rwlock_t *l), (l))
TAKES(pthread_rwlock_tryrdlock, RACE_LOCK_READS | RACE_LOCK_TRIED, (pthread_rwlock_t *l), (l))
TAKES(pthread_rwlock_timedrdlock, RACE_LOCK_READS | RACE_LOCK_TRIED, (pthread_rwlock_t *l, const struct timespec *t), (l, t))
TAKES(pthread_rwlock_wrlock, RACE_LOCK_WRITES, (pthread_rwlock_t *l), (l))
TAKES(pthread_rwlock_trywrlock, RACE_LOCK_WRITES | RACE_LOCK_TRIED, (pthread_rwlock_t *l), (l))
TAKES(pthread_rwlock_timedwrlock, RACE_LOCK_WRITES | RACE_LOCK_TRIED, (pthread_rwlock_t *l, const struct timespec *t), (l, t))
GIVES(pthread_rwlock_unlock, pthread_rwlock_t)

// pthread_once makes an edge, for which the runtime's locks are wanted: within its report, where libdw calls it, it is
// libc's. TSan's and libc's marks are not the same; what libdw does once is done there only.
int ___interceptor_pthread_once(pthread_once_t *once, void (*fn)(void));
int crun_plain_pthread_once(pthread_once_t *once, void (*fn)(void));

PUBLIC int pthread_once(pthread_once_t *once, void (*fn)(void)) {
  if (self.symbolizing) return crun_plain_pthread_once(once, fn);
  program_enter(CALLER);
  int r = ___interceptor_pthread_once(once, fn);
  program_leave();
  return r;
}

#define call_libc(name, ...) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))(__VA_ARGS__)

static const void *lock_of(FILE *f) { return (const char *)f + 1; }  // the stream's own address is the runtime's

// The lock of a stream, which the runtime does not know.
PUBLIC void flockfile(FILE *f) {
  call_libc(flockfile, f);
  race_acquire(lock_of(f));
}
PUBLIC int ftrylockfile(FILE *f) {
  int r = call_libc(ftrylockfile, f);
  if (r == 0) race_acquire(lock_of(f));
  return r;
}
PUBLIC void funlockfile(FILE *f) {
  race_release(lock_of(f));
  call_libc(funlockfile, f);
}
