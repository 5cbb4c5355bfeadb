// SPDX-License-Identifier: Apache-2.0
// lockorder_pthread.c: the numbers of pthread locks, and the rules of libc's locks.
//
// A number has to go with its lock: a std::mutex, or a struct with PTHREAD_MUTEX_INITIALIZER in it, is made anew in memory of
// others that nobody has destroyed. So it is in the lock itself, in a word that libc does not use in locks of its kind
// and that every way to make one sets to 0: of mutexes the list of those held by a thread that are robust, of rwlocks a pad.
// Those that are robust, inherit priorities or are shared by processes, and spin locks, have to be made by a call:
// their numbers are in a table of addresses. An entry is never removed; init and destroy take its number away.
//
// What differs from crun's locks: a reader of a rwlock does not wait behind a writer that waits, but for those made with
// PREFER_WRITER_NONRECURSIVE. A recursive mutex that its owner takes once more needs no rule: it is its own gate.
#include "diag/order/lockorder_pthread.h"

#include <pthread.h>

#include "base/atomic.h"
#include "diag/order/lockheld.h"
#include "race/race.h"

enum { CELLS = 1 << 16, PROBES = 16 };

static struct cell {
  _Atomic uintptr_t key;  // the address, inverted: not to be taken for a pointer to it. 0: free
  _Atomic uint32_t id;    // lockorder.h's
} cells[CELLS];

// cell_of returns lock's cell, made if needed; nil: there is none, or no room.
static struct cell *cell_of(uintptr_t lock, bool make) {
  uint32_t h = (uint32_t)(lock * 0x9e3779b97f4a7c15u >> 40);
  for (uint32_t i = 0; i < PROBES; i++) {
    struct cell *c = &cells[(h + i) % CELLS];
    uintptr_t key = load_rlx(&c->key);
    if (key == ~lock) return c;
    if (key) continue;
    if (!make) return NULL;
    if (cas_rlx(&c->key, &key, ~lock) || key == ~lock) return c;
  }
  return NULL;
}

static enum lock_mode mode_of(const void *lock, unsigned what) {
  const pthread_rwlock_t *l = lock;
  if (what & RACE_LOCK_WRITES) return LOCK_WRITE;
  if (!(what & RACE_LOCK_READS)) return LOCK_MUTEX;
  return l->__data.__flags == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP ? LOCK_READ : LOCK_READ_FREE;
}

// The kinds of mutex whose list is used, or that may be another process's: robust, PI, protected, shared.
enum { KINDS_APART = 16 | 32 | 64 | 128 };

// word_of is where lock has its number; nil: in the table.
static inline _Atomic uint32_t *word_of(const void *lock, unsigned what) {
  const pthread_rwlock_t *rw = lock;
  const pthread_mutex_t *m = lock;
  if (what & RACE_LOCK_SPINS) return NULL;
  if (what & (RACE_LOCK_READS | RACE_LOCK_WRITES)) return rw->__data.__shared ? NULL : (_Atomic uint32_t *)&rw->__data.__pad2;
  return m->__data.__kind & KINDS_APART ? NULL : (_Atomic uint32_t *)&m->__data.__list.__next;
}

static __attribute__((noinline)) void taken_slow(struct g *gp, const void *lock, unsigned what, unsigned how, uintptr_t pc) {
  if (CRUN_RACE && race_context(pc) == 0) return;  // a library's call, or our own in a report
  _Atomic uint32_t *word = word_of(lock, what);
  struct cell *c = word ? NULL : cell_of((uintptr_t)lock, true);
  if (c) word = &c->id;
  uint32_t number = word ? lockorder_number(lock, word) : 0;
  if (number) lockorder_acquired_foreign(gp, lock, number, how, pc);
}

// The lock that was at the same place of what is held the last time needs no more than a look at its number.
void lockorder_pthread_taken(struct g *gp, const void *lock, unsigned what, uintptr_t pc, const uintptr_t *cfa) {
  unsigned how = mode_of(lock, what) | (what & RACE_LOCK_TRIED ? LOCK_TRIED : 0) | LOCK_FOREIGN;
  struct lock_order *o = gp->order;
  const _Atomic uint32_t *word = word_of(lock, what);
  uint32_t number = word ? load_rlx(word) : 0;
  if (__builtin_expect(o && number && held_again(o, lock, number, how, pc, cfa), 1)) {
    if (held_is_request(o, how)) lockorder_requested(o, how & LOCK_TRIED);
  } else {
    taken_slow(gp, lock, what, how, pc);
  }
}

void lockorder_pthread_left(struct g *gp, const void *lock) {
  struct lock_order *o = gp->order;
  if (!o) return;
  if (__builtin_expect(o->n && o->held[o->n - 1].lock == lock, 1)) held_pop(o);
  else lockorder_released_foreign(o, lock);
}

void lockorder_pthread_forget(const void *lock) {
  struct cell *c = cell_of((uintptr_t)lock, false);
  if (c) store_rlx(&c->id, 0);
}
