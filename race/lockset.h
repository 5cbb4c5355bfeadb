// SPDX-License-Identifier: Apache-2.0
// lockset.h: which locks a race_g holds, and which it held at any access that memory remembers: for reports.
//
// A race_g keeps a list of what it holds, with where it was locked. An epoch id stands for one set of locks: a
// release begins an epoch anyway, and a lock taken after an access makes the race_g go on under the other id of the
// epoch's two, or under a new pair (epoch_split). So the set of an access is that of its cell's id, and
// a check costs nothing for it.
//
// Sets are interned when an epoch gets its id, and only then: a lock that guards nothing costs an entry of the list.
// They go with the ids: the scan keeps those of ids in use.
//
// A lock that somebody else unlocks than who locked it (a pthread mutex or spin lock handed over) would be believed
// held for ever. It is never named again; the bits that remember such locks may leave out another one with it.
//
// Lock: lockset_lock, below an epoch stripe and a page, above the allocator.
#ifndef CRUN_RACE_LOCKSET_H
#define CRUN_RACE_LOCKSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "context.h"
#include "epoch.h"
#include "g.h"

enum lock_kind {
  LOCKED_MUTEX,        // a goroutine's
  LOCKED_READ,         // a goroutine's rwmutex, for reading
  LOCKED_WRITE,
  LOCKED_PTHREAD,      // a pthread mutex, or C11's
  LOCKED_PTHREAD_READ,
  LOCKED_PTHREAD_WRITE,
  LOCKED_SPIN,
  LOCKED_OWN,          // the program's own, known by its annotations
  LOCKED_OWN_READ,
};

static inline bool lock_is_shared(enum lock_kind k) {
  return k == LOCKED_READ || k == LOCKED_PTHREAD_READ || k == LOCKED_OWN_READ;
}

struct held_lock {
  uintptr_t lock;
  ctx_id ctx;      // where it was locked
  uint32_t kind;   // enum lock_kind
};

// An entry of a race_g's list. What lies above the list's end was left, and is found again by who takes the same
// lock at the same place once more.
struct held {
  struct held_lock l;
  uint32_t times;  // a recursive one; the first place stays
  uint32_t set;    // the id of the set of this entry and those below, 0: not looked up yet
  uint32_t scan;   // in which scan it was looked up
};

struct lockset {
  struct lockset *next;         // of the same bucket
  uint32_t hash, id;
  _Atomic uint32_t seen, pins;
  uint32_t n;
  struct held_lock lock[];      // in the order in which they were taken
};

enum { LOCKSET_MAX = 32 };      // what a set holds at most, the first ones

void lockset_init(void);

// lockset_taken enters lock, which g took at ctx. lockset_left takes it off again, before it is released; if it is not
// released, lockset_changed follows. race_inside is set.
void lockset_taken_slow(race_g *g, struct held_lock l);
void lockset_left_slow(race_g *g, uintptr_t lock);

// lockset_changed makes g's accesses from now on have the locks that it holds now.
void lockset_enter_split(uint32_t id, race_g *g);

static inline void lockset_changed(race_g *g) {
  if (!__atomic_load_n((uint64_t *)&g->cur, __ATOMIC_RELAXED)) return;
  uint32_t id = epoch_split(g);
  if (id) lockset_enter_split(id, g);
}

static inline void lockset_taken(race_g *g, uintptr_t lock, enum lock_kind kind, ctx_id ctx) {
  const struct held *h = &g->held[g->nheld];
  bool again = g->nheld == 0 && g->known && h->l.lock == lock && h->l.ctx == ctx && h->l.kind == kind;
  if (__builtin_expect(again, 1)) g->nheld = 1;
  else lockset_taken_slow(g, (struct held_lock){lock, ctx, kind});
  lockset_changed(g);
}

static inline void lockset_left(race_g *g, uintptr_t lock) {
  uint32_t n = g->nheld;
  if (__builtin_expect(n && g->held[n - 1].l.lock == lock && g->held[n - 1].times == 1, 1)) g->nheld = n - 1;
  else lockset_left_slow(g, lock);
}

void lockset_drop(race_g *g);  // g has ended

// lockset_is_on: somebody has held a lock.
extern bool lockset_is_on;

// lockset_enter gives the epoch id, which g takes now, its set. Under the stripe's lock.
void lockset_enter_slow(uint32_t id, race_g *g);

static inline void lockset_enter(uint32_t id, race_g *g) {
  if (__builtin_expect(__atomic_load_n(&lockset_is_on, __ATOMIC_RELAXED), 0)) lockset_enter_slow(id, g);
}

// lockset_of returns the set of an epoch id that is in use, nil: no lock was held. It stays until lockset_unpin.
const struct lockset *lockset_of(uint32_t id);
const struct lockset *lockset_pin(const struct lockset *s);
void lockset_unpin(const struct lockset *s);  // s may be nil

// lockset_lost: there were too many sets to remember this one.
extern const struct lockset lockset_lost;

// lockset_is_told: the lock may be named.
bool lockset_is_told(const struct held_lock *l);

size_t lockset_count(void);  // for tests and statistics

// lockset_stop forgets all sets, and remembers no more of them (memory_limit_mb).
void lockset_stop(void);

// ---- for the scan --------------------------------------------------------------------------------

// lockset_scan_begin starts a scan, all stripes' locks held; lockset_keep keeps the set of an id in use;
// lockset_scan_end drops what is neither kept nor new.
void lockset_scan_begin(void);
void lockset_keep(uint32_t id);
void lockset_scan_end(void);

// Around fork.
void lockset_lock_all(void);
void lockset_unlock_all(void);

#endif
