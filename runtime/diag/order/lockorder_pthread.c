// SPDX-License-Identifier: Apache-2.0
// lockorder_pthread.c: the numbers of pthread locks, which have no word of ours in them, and the rules of libc's locks.
//
// A table of addresses has the numbers. An entry is never removed: init and destroy take its number away, so that the
// next lock at that address is another one. Memory on a goroutine's stack is soon another's, and a lock in it has
// mostly no init and no destroy: those are not watched.
//
// What differs from crun's locks: a reader of a rwlock does not wait behind a writer that waits, but for those made with
// PREFER_WRITER_NONRECURSIVE. A recursive mutex that its owner takes once more needs no rule: it is its own gate.
#include "diag/order/lockorder_pthread.h"

#include <pthread.h>

#include "base/atomic.h"
#include "diag/order/lockheld.h"
#include "race/race.h"
#include "stack/stack.h"

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

bool lockorder_is_pthread(uintptr_t addr, uint32_t id) {
  const struct cell *c = cell_of(addr, false);
  return c && load_rlx(&c->id) == id;
}

struct range {
  uintptr_t addr;
  bool holds;
};

static void look(uintptr_t lo, uintptr_t hi, void *arg) {
  struct range *r = arg;
  r->holds |= r->addr - lo < hi - lo;
}

static bool on_goroutine_stack(uintptr_t addr) {
  struct range r = {.addr = addr};
  stack_each_arena(look, &r);
  return r.holds;
}

static enum lock_mode mode_of(const void *lock, unsigned what) {
  const pthread_rwlock_t *l = lock;
  if (what & RACE_LOCK_WRITES) return LOCK_WRITE;
  if (!(what & RACE_LOCK_READS)) return LOCK_MUTEX;
  return l->__data.__flags == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP ? LOCK_READ : LOCK_READ_FREE;
}

static bool is_cell(const _Atomic uint32_t *id) { return (uintptr_t)id - (uintptr_t)cells < sizeof cells; }

static __attribute__((noinline)) void taken_slow(struct g *gp, const void *lock, unsigned how, uintptr_t pc) {
  if (CRUN_RACE && race_context(pc) == 0) return;  // a library's call, or our own in a report
  struct cell *c = cell_of((uintptr_t)lock, false);
  if (!c && (on_goroutine_stack((uintptr_t)lock) || !(c = cell_of((uintptr_t)lock, true)))) return;
  lockorder_acquired_by(gp, lock, &c->id, how, pc);
}

// The lock that was at the same place of what is held the last time needs no look at the table.
void lockorder_pthread_taken(struct g *gp, const void *lock, unsigned what, uintptr_t pc, const uintptr_t *cfa) {
  unsigned how = mode_of(lock, what) | (what & RACE_LOCK_TRIED ? LOCK_TRIED : 0);
  struct lock_order *o = gp->order;
  if (__builtin_expect(o && o->n < o->cap && is_cell(o->held[o->n].id_at) && held_again(o, lock, how, pc, cfa), 1)) {
    if (held_is_request(o, how)) lockorder_requested(o, how & LOCK_TRIED);
  } else {
    taken_slow(gp, lock, how, pc);
  }
}

static __attribute__((noinline)) void left_slow(struct g *gp, const void *lock) {
  struct cell *c = cell_of((uintptr_t)lock, false);
  if (c && lockorder_holds(gp, lock)) lockorder_released_by(gp, lock, &c->id);
}

void lockorder_pthread_left(struct g *gp, const void *lock) {
  struct lock_order *o = gp->order;
  const _Atomic uint32_t *id = o && o->n ? o->held[o->n - 1].id_at : NULL;
  if (!is_cell(id) || !held_left(o, lock, id)) left_slow(gp, lock);
}

void lockorder_pthread_forget(const void *lock) {
  struct cell *c = cell_of((uintptr_t)lock, false);
  if (c) store_rlx(&c->id, 0);
}
