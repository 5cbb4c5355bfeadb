// SPDX-License-Identifier: Apache-2.0
// pthread.c: libc's locks and signals between threads, each with its edges.
//
// The program's calls, and those of libraries it loads, come here because the executable defines
// these names (this archive is linked whole). A call that fails makes no edge. Edges:
//
//     mutex, spin     unlock -> the next lock; so for flockfile. The locks that printf and the like take
//                     themselves give nothing: else every line printed would hide races
//     rwlock          write unlock -> lock; read unlock -> write lock. Readers give each other nothing
//     cond            none of its own: wait unlocks and locks its mutex
//     sem             post -> every later wait that returns
//     barrier         all who enter a round -> all who leave it
//     once            the call of the routine -> every return
//
// A release is made before the real unlock, since the next owner may be in before unlock returns; an
// acquire after the real lock. For mutexes that check their owner, an unlock that will fail is told
// beforehand by their owner field. A robust mutex whose owner dies is released by its thread's end.
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "edge.h"
#include "inside.h"
#include "race.h"
#include "real.h"
#include "thread.h"

#define PUBLIC __attribute__((visibility("default")))

// ---- mutexes ---------------------------------------------------------------------------------------

// glibc's kinds of mutex, in __kind: what decides whether an unlock can fail.
enum { KIND_TYPE = 3, KIND_RECURSIVE = 1, KIND_ERRORCHECK = 2, KIND_ROBUST = 16 };

static int kind_of(const pthread_mutex_t *m) {
  return __atomic_load_n(&m->__data.__kind, __ATOMIC_RELAXED);
}

static bool is_robust(const pthread_mutex_t *m) { return kind_of(m) & KIND_ROBUST; }

static bool unlock_fails(const pthread_mutex_t *m) {
  int kind = kind_of(m), type = kind & KIND_TYPE;
  if (type != KIND_RECURSIVE && type != KIND_ERRORCHECK && !(kind & KIND_ROBUST)) return false;
  return __atomic_load_n(&m->__data.__owner, __ATOMIC_RELAXED) != thread_tid();
}

// Who wants to know which locks a thread holds.
static void (*watcher)(const void *lock, unsigned what, uintptr_t pc);

PUBLIC void race_watch_locks(void (*fn)(const void *lock, unsigned what, uintptr_t pc)) { watcher = fn; }

static void watch(const volatile void *lock, unsigned what, uintptr_t pc) {
  if (watcher) watcher((const void *)lock, what, pc);
}

// made_anew: what was at lock, of n bytes, is no more.
static void made_anew(const volatile void *lock, size_t n) {
  edge_forget((void *)lock, n);
  watch(lock, RACE_LOCK_FORGOTTEN, 0);
}

#define PC() ((uintptr_t)__builtin_return_address(0))

static int locked_at(pthread_mutex_t *m, int r, unsigned what, uintptr_t pc) {
  if (r != 0 && r != EOWNERDEAD) return r;
  edge_locked(m, m, NULL, LOCKED_PTHREAD, pc, 0);
  watch(m, what, pc);
  if (__builtin_expect(is_robust(m), 0)) thread_holds(m);
  return r;
}

#define locked(m, r) locked_at((m), (r), 0, PC())
#define locked_try(m, r) locked_at((m), (r), RACE_LOCK_TRIED, PC())

static void unlocking(pthread_mutex_t *m) {
  if (__builtin_expect(unlock_fails(m), 0)) return;
  watch(m, RACE_LOCK_LEFT, 0);
  if (__builtin_expect(is_robust(m), 0)) thread_drops(m);
  edge_unlocks(m, m, false);
}

PUBLIC int pthread_mutex_init(pthread_mutex_t *m, const pthread_mutexattr_t *attr) {
  made_anew(m, sizeof *m);
  return real()->pthread_mutex_init(m, attr);
}
PUBLIC int pthread_mutex_destroy(pthread_mutex_t *m) {
  int r = real()->pthread_mutex_destroy(m);
  if (r == 0) made_anew(m, sizeof *m);
  return r;
}
PUBLIC int pthread_mutex_lock(pthread_mutex_t *m) { return locked(m, real()->pthread_mutex_lock(m)); }
PUBLIC int pthread_mutex_trylock(pthread_mutex_t *m) { return locked_try(m, real()->pthread_mutex_trylock(m)); }
PUBLIC int pthread_mutex_timedlock(pthread_mutex_t *m, const struct timespec *t) {
  return locked_try(m, real()->pthread_mutex_timedlock(m, t));
}
PUBLIC int pthread_mutex_clocklock(pthread_mutex_t *m, clockid_t clock, const struct timespec *t) {
  return locked_try(m, real()->pthread_mutex_clocklock(m, clock, t));
}
PUBLIC int pthread_mutex_unlock(pthread_mutex_t *m) {
  unlocking(m);
  return real()->pthread_mutex_unlock(m);
}

// ---- condition variables -----------------------------------------------------------------------------

// A wait gives the mutex up and takes it back, also when it ends by a timeout or by cancellation (the
// clean-up handlers run with the mutex held).
static void retaken(void *m) { locked(m, 0); }

#define WAIT(m, call)                                                     \
  int r;                                                                  \
  bool held = !unlock_fails(m);                                           \
  if (held) unlocking(m);                                                 \
  pthread_cleanup_push(retaken, m) r = call;                              \
  pthread_cleanup_pop(0);                                                 \
  if (held) locked(m, r == EOWNERDEAD ? r : 0);                           \
  return r

PUBLIC int pthread_cond_wait(pthread_cond_t *c, pthread_mutex_t *m) {
  WAIT(m, real()->pthread_cond_wait(c, m));
}
PUBLIC int pthread_cond_timedwait(pthread_cond_t *c, pthread_mutex_t *m, const struct timespec *t) {
  WAIT(m, real()->pthread_cond_timedwait(c, m, t));
}
PUBLIC int pthread_cond_clockwait(pthread_cond_t *c, pthread_mutex_t *m, clockid_t clock, const struct timespec *t) {
  WAIT(m, real()->pthread_cond_clockwait(c, m, clock, t));
}

// ---- read-write locks ----------------------------------------------------------------------------------

// Two sync objects: the lock's first byte for what writers release, its second for readers.
static const volatile char *readers(const pthread_rwlock_t *l) { return (const volatile char *)l + 1; }

static int read_locked_at(pthread_rwlock_t *l, int r, unsigned what, uintptr_t pc) {
  if (r != 0) return r;
  edge_locked(l, l, NULL, LOCKED_PTHREAD_READ, pc, 0);
  watch(l, RACE_LOCK_READS | what, pc);
  return r;
}
static int write_locked_at(pthread_rwlock_t *l, int r, unsigned what, uintptr_t pc) {
  if (r != 0) return r;
  edge_locked(l, l, readers(l), LOCKED_PTHREAD_WRITE, pc, 0);
  watch(l, RACE_LOCK_WRITES | what, pc);
  return r;
}
#define read_locked(l, r) read_locked_at((l), (r), 0, PC())
#define write_locked(l, r) write_locked_at((l), (r), 0, PC())
#define read_locked_try(l, r) read_locked_at((l), (r), RACE_LOCK_TRIED, PC())
#define write_locked_try(l, r) write_locked_at((l), (r), RACE_LOCK_TRIED, PC())

PUBLIC int pthread_rwlock_init(pthread_rwlock_t *l, const pthread_rwlockattr_t *attr) {
  made_anew(l, sizeof *l);
  return real()->pthread_rwlock_init(l, attr);
}
PUBLIC int pthread_rwlock_destroy(pthread_rwlock_t *l) {
  int r = real()->pthread_rwlock_destroy(l);
  if (r == 0) made_anew(l, sizeof *l);
  return r;
}
PUBLIC int pthread_rwlock_rdlock(pthread_rwlock_t *l) { return read_locked(l, real()->pthread_rwlock_rdlock(l)); }
PUBLIC int pthread_rwlock_tryrdlock(pthread_rwlock_t *l) {
  return read_locked_try(l, real()->pthread_rwlock_tryrdlock(l));
}
PUBLIC int pthread_rwlock_timedrdlock(pthread_rwlock_t *l, const struct timespec *t) {
  return read_locked_try(l, real()->pthread_rwlock_timedrdlock(l, t));
}
PUBLIC int pthread_rwlock_clockrdlock(pthread_rwlock_t *l, clockid_t clock, const struct timespec *t) {
  return read_locked_try(l, real()->pthread_rwlock_clockrdlock(l, clock, t));
}
PUBLIC int pthread_rwlock_wrlock(pthread_rwlock_t *l) { return write_locked(l, real()->pthread_rwlock_wrlock(l)); }
PUBLIC int pthread_rwlock_trywrlock(pthread_rwlock_t *l) {
  return write_locked_try(l, real()->pthread_rwlock_trywrlock(l));
}
PUBLIC int pthread_rwlock_timedwrlock(pthread_rwlock_t *l, const struct timespec *t) {
  return write_locked_try(l, real()->pthread_rwlock_timedwrlock(l, t));
}
PUBLIC int pthread_rwlock_clockwrlock(pthread_rwlock_t *l, clockid_t clock, const struct timespec *t) {
  return write_locked_try(l, real()->pthread_rwlock_clockwrlock(l, clock, t));
}
PUBLIC int pthread_rwlock_unlock(pthread_rwlock_t *l) {
  if (__atomic_load_n(&l->__data.__cur_writer, __ATOMIC_RELAXED) == thread_tid()) edge_unlocks(l, l, false);
  else edge_unlocks(l, readers(l), true);
  watch(l, RACE_LOCK_LEFT, 0);
  return real()->pthread_rwlock_unlock(l);
}

// ---- spin locks ----------------------------------------------------------------------------------------

PUBLIC int pthread_spin_init(pthread_spinlock_t *l, int shared) {
  made_anew(l, sizeof *l);
  return real()->pthread_spin_init(l, shared);
}
PUBLIC int pthread_spin_destroy(pthread_spinlock_t *l) {
  int r = real()->pthread_spin_destroy(l);
  made_anew(l, sizeof *l);
  return r;
}

static int spun(pthread_spinlock_t *l, int r, unsigned what, uintptr_t pc) {
  if (r != 0) return r;
  edge_locked(l, l, NULL, LOCKED_SPIN, pc, 0);
  watch(l, RACE_LOCK_SPINS | what, pc);
  return r;
}

PUBLIC int pthread_spin_lock(pthread_spinlock_t *l) { return spun(l, real()->pthread_spin_lock(l), 0, PC()); }
PUBLIC int pthread_spin_trylock(pthread_spinlock_t *l) {
  return spun(l, real()->pthread_spin_trylock(l), RACE_LOCK_TRIED, PC());
}
PUBLIC int pthread_spin_unlock(pthread_spinlock_t *l) {
  watch(l, RACE_LOCK_SPINS | RACE_LOCK_LEFT, 0);
  edge_unlocks(l, l, false);
  return real()->pthread_spin_unlock(l);
}

// ---- locked streams ------------------------------------------------------------------------------------

// Between the two stand getc_unlocked and the like, which the compiler knows and puts in line.
PUBLIC void flockfile(FILE *f) {
  real()->flockfile(f);
  edge_acquire(f);
}
PUBLIC int ftrylockfile(FILE *f) {
  int r = real()->ftrylockfile(f);
  if (r == 0) edge_acquire(f);
  return r;
}
PUBLIC void funlockfile(FILE *f) {
  edge_release(f);
  real()->funlockfile(f);
}

// ---- semaphores ----------------------------------------------------------------------------------------

static int waited(sem_t *s, int r) {
  int e = errno;
  if (r == 0) edge_acquire(s);
  errno = e;
  return r;
}

PUBLIC int sem_init(sem_t *s, int shared, unsigned value) {
  edge_forget(s, sizeof *s);
  return real()->sem_init(s, shared, value);
}
PUBLIC int sem_destroy(sem_t *s) {
  int r = real()->sem_destroy(s);
  if (r == 0) edge_forget(s, sizeof *s);
  return r;
}
PUBLIC int sem_post(sem_t *s) {
  edge_release_merge(s);
  return real()->sem_post(s);
}
PUBLIC int sem_wait(sem_t *s) { return waited(s, real()->sem_wait(s)); }
PUBLIC int sem_trywait(sem_t *s) { return waited(s, real()->sem_trywait(s)); }
PUBLIC int sem_timedwait(sem_t *s, const struct timespec *t) { return waited(s, real()->sem_timedwait(s, t)); }
PUBLIC int sem_clockwait(sem_t *s, clockid_t clock, const struct timespec *t) {
  return waited(s, real()->sem_clockwait(s, clock, t));
}

// ---- barriers ------------------------------------------------------------------------------------------

// The barrier's first byte counts who has entered (aux: entered << 32 | how many make a round); its
// next two hold the clocks of the even and the odd rounds, the fourth counts who is in (aux). A thread can be late
// to leave round k while others enter k+1, never while they enter k+2; so the first to enter a round empties its clock.
static uintptr_t barrier_enter(race_g *g, pthread_barrier_t *b) {
  uintptr_t addr = (uintptr_t)b;
  struct syncvar *count = syncvar_lock(addr);
  uint64_t entered = count->aux >> 32, round_size = (uint32_t)count->aux;
  if (round_size == 0) round_size = 1u << 31;  // made where nobody looked: one endless round
  count->aux = (entered + 1) % (2 * round_size) << 32 | (uint32_t)count->aux;
  uintptr_t round = addr + 1 + entered / round_size % 2;
  struct syncvar *sv = syncvar_same_word(round);
  if (entered % round_size == 0 && (uint32_t)count->aux) clock_store(g, sv);
  else clock_merge(g, sv);
  syncvar_same_word(addr + 3)->aux++;
  syncvar_unlock(addr);
  return round;
}

PUBLIC int pthread_barrier_init(pthread_barrier_t *b, const pthread_barrierattr_t *attr, unsigned n) {
  int r = real()->pthread_barrier_init(b, attr, n);
  if (r != 0) return r;
  edge_forget(b, sizeof *b);
  if (g_self()) {
    inside_begin();
    syncvar_lock((uintptr_t)b)->aux = n;
    syncvar_unlock((uintptr_t)b);
    inside_end();
  }
  return r;
}

// barrier_left returns how many are in the barrier, without the one that leaves now (0 or 1).
static uint64_t barrier_left(pthread_barrier_t *b, unsigned leaves) {
  uint8_t was = inside_enter();
  syncvar_lock((uintptr_t)b);
  uint64_t n = syncvar_same_word((uintptr_t)b + 3)->aux -= leaves;
  syncvar_unlock((uintptr_t)b);
  inside_leave(was);
  return n;
}

// Who is the first to leave the last round may destroy the barrier and free it at once: libc lets all others leave
// first, and we let them take the round's clock. Their number is bounded by nothing if the program is wrong: PATIENCE.
enum { PATIENCE = 100000 };
PUBLIC int pthread_barrier_destroy(pthread_barrier_t *b) {
  int r = real()->pthread_barrier_destroy(b);
  if (r != 0) return r;
  for (int i = 0; i < PATIENCE && barrier_left(b, 0); i++) sched_yield();
  edge_forget(b, sizeof *b);
  return r;
}
PUBLIC int pthread_barrier_wait(pthread_barrier_t *b) {
  race_g *g = g_self();
  if (!g) return real()->pthread_barrier_wait(b);
  inside_begin();
  uintptr_t round = barrier_enter(g, b);
  inside_end();
  int r = real()->pthread_barrier_wait(b);
  if (r == 0 || r == PTHREAD_BARRIER_SERIAL_THREAD) edge_acquire((void *)round);
  barrier_left(b, 1);
  return r;
}

// ---- once ----------------------------------------------------------------------------------------------

// The routine takes no argument, so what this thread is running once is kept here; routines nest.
struct once_call {
  pthread_once_t *control;
  void (*routine)(void);
  struct once_call *outer;
};
static _Thread_local struct once_call *once_now;

static void once_run(void) {
  struct once_call call = *once_now;
  call.routine();
  edge_release(call.control);
}

PUBLIC int pthread_once(pthread_once_t *control, void (*routine)(void)) {
  struct once_call call = {control, routine, once_now};
  once_now = &call;
  int r = real()->pthread_once(control, once_run);
  once_now = call.outer;
  if (r == 0) edge_acquire(control);
  return r;
}

// ---- C11 -----------------------------------------------------------------------------------------------

// Inside libc these call their pthread twins directly. In glibc a mtx_t is a pthread_mutex_t.
static pthread_mutex_t *mutex_of(mtx_t *m) { return (pthread_mutex_t *)m; }
_Static_assert(sizeof(mtx_t) <= sizeof(pthread_mutex_t), "one is the other");

static int mtx_locked(mtx_t *m, int r, unsigned what, uintptr_t pc) {
  if (r != thrd_success) return r;
  edge_locked(m, m, NULL, LOCKED_PTHREAD, pc, 0);
  watch(m, what, pc);
  return r;
}

PUBLIC int mtx_init(mtx_t *m, int type) {
  made_anew(m, sizeof *m);
  return real()->mtx_init(m, type);
}
PUBLIC void mtx_destroy(mtx_t *m) {
  real()->mtx_destroy(m);
  made_anew(m, sizeof *m);
}
PUBLIC int mtx_lock(mtx_t *m) { return mtx_locked(m, real()->mtx_lock(m), 0, PC()); }
PUBLIC int mtx_trylock(mtx_t *m) { return mtx_locked(m, real()->mtx_trylock(m), RACE_LOCK_TRIED, PC()); }
PUBLIC int mtx_timedlock(mtx_t *m, const struct timespec *t) {
  return mtx_locked(m, real()->mtx_timedlock(m, t), RACE_LOCK_TRIED, PC());
}
PUBLIC int mtx_unlock(mtx_t *m) {
  unlocking(mutex_of(m));
  return real()->mtx_unlock(m);
}
PUBLIC int cnd_wait(cnd_t *c, mtx_t *m) { WAIT(mutex_of(m), real()->cnd_wait(c, m)); }
PUBLIC int cnd_timedwait(cnd_t *c, mtx_t *m, const struct timespec *t) {
  WAIT(mutex_of(m), real()->cnd_timedwait(c, m, t));
}
PUBLIC void call_once(once_flag *flag, void (*routine)(void)) { pthread_once((pthread_once_t *)flag, routine); }
_Static_assert(sizeof(once_flag) == sizeof(pthread_once_t), "one is the other");
