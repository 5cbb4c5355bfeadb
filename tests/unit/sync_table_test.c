// SPDX-License-Identifier: Apache-2.0
// sync_table_test.c: race/sync.inc, by which checks are left out, is true: each function of it is called and may not
// publish what this goroutine did, or learn what others did, unless it says so.
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include <crun/crun.h>

#include "epoch.h"
#include "init.h"

enum { NEITHER = 0, ACQUIRE = 1, RELEASE = 2 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static sem_t sem;
static mtx_t mtx;
static cr_mutex cm;
static cr_rwmutex crw;
static cr_sema cs;
static cr_waitgroup wg;
static void *volatile kept;
static volatile double number;
static char text[32];

// cmocka's asserts know one thread, and goroutines go from one to another.
static _Atomic unsigned failed;
static void must(bool is) { failed += !is; }

// A call of the table, what is done before it and what undoes it.
#define CALL(name, prepare, act, undo)         \
  static void name##_before(void) { prepare; } \
  static void name##_call(void) { act; }       \
  static void name##_after(void) { undo; }

#define ALLOCATES(name, expression) CALL(name, , kept = (expression), free(kept))
#define RETURNS(name, expression) CALL(name, , number = (double)(expression), )

ALLOCATES(malloc, malloc(8))
ALLOCATES(calloc, calloc(2, 8))
ALLOCATES(aligned_alloc, aligned_alloc(64, 64))
ALLOCATES(strdup, strdup("x"))
ALLOCATES(strndup, strndup("xy", 1))
RETURNS(strcasecmp, strcasecmp(text, "A"))
RETURNS(strncasecmp, strncasecmp(text, "A", 1))
CALL(strtok_r, strcpy(text, "a b"), char *rest; kept = strtok_r(text, " ", &rest), )
CALL(memmem, , kept = memmem(text, 4, "b", 1), )
CALL(snprintf, , snprintf(text, sizeof text, "%d", 7), )
CALL(sprintf, , sprintf(text, "%s", "7"), )
CALL(sscanf, , int i; number = sscanf(text, "%d", &i), )
RETURNS(atoi, atoi(text))
RETURNS(atol, atol(text))
RETURNS(atof, atof(text))
RETURNS(strtol, strtol(text, NULL, 10))
RETURNS(strtoll, strtoll(text, NULL, 10))
RETURNS(strtoul, strtoul(text, NULL, 10))
RETURNS(strtoull, strtoull(text, NULL, 10))
RETURNS(strtod, strtod(text, NULL))
RETURNS(time, time(NULL))
CALL(clock_gettime, , struct timespec t; number = clock_gettime(CLOCK_MONOTONIC, &t), )
CALL(gettimeofday, , struct timeval t; number = gettimeofday(&t, NULL), )
RETURNS(getpid, getpid())

#define LOCK(type, lock, object, unlock) CALL(lock, , type##_is(lock(object)), unlock(object))
#define UNLOCK(unlock, object, lock) CALL(unlock, lock(object), unlock(object), )
#define zero_is(e) must((e) == 0)
#define true_is(e) must(e)
#define void_is(e) e

LOCK(zero, pthread_mutex_lock, &mutex, pthread_mutex_unlock)
LOCK(zero, pthread_mutex_trylock, &mutex, pthread_mutex_unlock)
UNLOCK(pthread_mutex_unlock, &mutex, pthread_mutex_lock)
LOCK(zero, pthread_spin_lock, &spin, pthread_spin_unlock)
LOCK(zero, pthread_spin_trylock, &spin, pthread_spin_unlock)
UNLOCK(pthread_spin_unlock, &spin, pthread_spin_lock)
LOCK(zero, pthread_rwlock_rdlock, &rwlock, pthread_rwlock_unlock)
LOCK(zero, pthread_rwlock_tryrdlock, &rwlock, pthread_rwlock_unlock)
LOCK(zero, pthread_rwlock_wrlock, &rwlock, pthread_rwlock_unlock)
LOCK(zero, pthread_rwlock_trywrlock, &rwlock, pthread_rwlock_unlock)
UNLOCK(pthread_rwlock_unlock, &rwlock, pthread_rwlock_wrlock)
LOCK(zero, sem_wait, &sem, sem_post)
LOCK(zero, sem_trywait, &sem, sem_post)
UNLOCK(sem_post, &sem, sem_wait)
LOCK(zero, mtx_lock, &mtx, mtx_unlock)
LOCK(zero, mtx_trylock, &mtx, mtx_unlock)
UNLOCK(mtx_unlock, &mtx, mtx_lock)
LOCK(void, cr_mutex_lock, &cm, cr_mutex_unlock)
LOCK(true, cr_mutex_trylock, &cm, cr_mutex_unlock)
UNLOCK(cr_mutex_unlock, &cm, cr_mutex_lock)
LOCK(void, cr_rwmutex_lock, &crw, cr_rwmutex_unlock)
LOCK(void, cr_rwmutex_rlock, &crw, cr_rwmutex_runlock)
LOCK(true, cr_rwmutex_trylock, &crw, cr_rwmutex_unlock)
LOCK(true, cr_rwmutex_tryrlock, &crw, cr_rwmutex_runlock)
UNLOCK(cr_rwmutex_unlock, &crw, cr_rwmutex_lock)
UNLOCK(cr_rwmutex_runlock, &crw, cr_rwmutex_rlock)
LOCK(void, cr_sema_acquire, &cs, cr_sema_release)
LOCK(true, cr_sema_try_acquire, &cs, cr_sema_release)
UNLOCK(cr_sema_release, &cs, cr_sema_acquire)
CALL(cr_waitgroup_wait, , cr_waitgroup_wait(&wg), )
CALL(cr_waitgroup_done, cr_waitgroup_add(&wg, 1), cr_waitgroup_done(&wg), )
RETURNS(cr_nanotime, cr_nanotime())
RETURNS(cr_goid, cr_goid())
RETURNS(cr_maxprocs, cr_maxprocs())
RETURNS(cr_num_goroutines, cr_num_goroutines())

static const struct row {
  const char *name;
  unsigned effect;
  void (*before)(void), (*call)(void), (*after)(void);
} table[] = {
#define RACE_SYNC(name, effect) {#name, effect, name##_before, name##_call, name##_after},
#include "sync.inc"
};
enum { ROWS = sizeof table / sizeof *table };

static void act(const struct row *r) {
  r->before();
  r->call();
  r->after();
}

// Another goroutine has done all of it, an epoch each, so that there is something to learn wherever one can learn. That it
// is done is seen without an edge: nothing here is instrumented.
static _Atomic bool done;
static void other(void) {
  for (unsigned i = 0; i < ROWS; i++) {
    epoch_open(race_cur);
    act(&table[i]);
  }
  done = true;
}

static void tell_unless(bool is, const char *name, const char *what) {
  if (!is) fprintf(stderr, "%s is %s\n", name, what);
  must(is);
}

static void test_effects(void) {
  cr_go(other);
  while (!done) cr_yield();
  unsigned published = 0, learnt = 0;
  for (unsigned i = 0; i < ROWS; i++) {
    const struct row *r = &table[i];
    r->before();
    epoch_open(race_cur);
    uint32_t clk = race_cur->clk, known = race_cur->nlearnt;
    r->call();
    bool publishes = race_cur->clk != clk, learns = race_cur->nlearnt != known;
    r->after();
    tell_unless(!publishes || r->effect & RELEASE, r->name, "a release");
    tell_unless(!learns || r->effect & ACQUIRE, r->name, "an acquire");
    published += publishes;
    learnt += learns;
  }
  must(published > 5);
  must(learnt > 5);
  fprintf(stderr, "%u calls, %u published, %u learnt, %u failed\n", (unsigned)ROWS, published, learnt, failed);
}

int main(void) {
  pthread_spin_init(&spin, 0);
  sem_init(&sem, 0, 1);
  mtx_init(&mtx, mtx_plain);
  cr_sema_release(&cs);
  test_effects();
  return failed != 0;
}
