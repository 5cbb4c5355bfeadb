// SPDX-License-Identifier: Apache-2.0
// syncvar.c: the table of sync objects; syncvar.h has its shape and its lock.
#include "syncvar.h"

#include <stdatomic.h>

#include "alloc.h"
#include "reserve.h"
#include "spin.h"

enum {
  ADDR_BITS = 47,
  REGION_BITS = 9,                         // bytes of a block's region
  WORDS = 1 << (REGION_BITS - 3),
  AREA_BITS = 20,                          // bytes of an area, whose syncvars are counted
  LOCKS = 1024,
};

typedef struct syncvar *_Atomic cell;       // written under the word's lock
struct block {
  cell word[WORDS];
};

static struct block *_Atomic *directory;    // read-only after init; an entry is set once
static _Atomic uint32_t *area_live;         // read-only after init; syncvars in each area

struct lock {
  _Alignas(64) struct spin spin;
  size_t live;  // syncvars guarded by this lock; under spin
};
static struct lock locks[LOCKS];

void syncvar_init(void) {
  if (directory) return;
  area_live = race_reserve(sizeof *area_live << (ADDR_BITS - AREA_BITS));
  directory = race_reserve(sizeof *directory << (ADDR_BITS - REGION_BITS));
}

static inline uintptr_t folded(uintptr_t addr) { return addr & (((uintptr_t)1 << ADDR_BITS) - 1); }

static inline struct lock *lock_of(uintptr_t addr) {
  return &locks[((addr >> 3) * 0x9e3779b97f4a7c15u) >> 54];
}

static inline cell *find_cell(uintptr_t addr) {
  addr = folded(addr);
  struct block *b = atomic_load_explicit(&directory[addr >> REGION_BITS], memory_order_acquire);
  return b ? &b->word[(addr >> 3) % WORDS] : NULL;
}

static cell *make_cell(uintptr_t addr) {
  cell *c = find_cell(addr);
  if (c) return c;
  struct block *b = race_alloc(sizeof *b), *none = NULL;
  reserve_commit(&directory[folded(addr) >> REGION_BITS], sizeof *directory);
  if (!atomic_compare_exchange_strong_explicit(&directory[folded(addr) >> REGION_BITS], &none, b,
                                               memory_order_acq_rel, memory_order_acquire))
    race_free(b, sizeof *b);  // another word of the region was faster
  return find_cell(addr);
}

static struct syncvar *lookup(const cell *c, uintptr_t addr) {
  struct syncvar *sv = c ? atomic_load_explicit(c, memory_order_relaxed) : NULL;
  while (sv && sv->addr != addr) sv = sv->next;
  return sv;
}

static __attribute__((noinline)) struct syncvar *create(uintptr_t addr) {
  cell *c = make_cell(addr);
  struct syncvar *sv = race_alloc(sizeof *sv);
  *sv = (struct syncvar){.addr = addr, .next = atomic_load_explicit(c, memory_order_relaxed)};
  atomic_store_explicit(c, sv, memory_order_release);
  reserve_commit(&area_live[folded(addr) >> AREA_BITS], sizeof *area_live);
  atomic_fetch_add_explicit(&area_live[folded(addr) >> AREA_BITS], 1, memory_order_relaxed);
  lock_of(addr)->live++;
  return sv;
}

struct syncvar *syncvar_same_word(uintptr_t addr) {
  struct syncvar *sv = lookup(find_cell(addr), addr);
  return sv ? sv : create(addr);
}

struct syncvar *syncvar_lock(uintptr_t addr) {
  spin_lock(&lock_of(addr)->spin);
  return syncvar_same_word(addr);
}

struct syncvar *syncvar_lock_found(uintptr_t addr) {
  if (!syncvar_maybe(addr)) return NULL;
  spin_lock(&lock_of(addr)->spin);
  struct syncvar *sv = lookup(find_cell(addr), addr);
  if (!sv) syncvar_unlock(addr);
  return sv;
}

struct syncvar *syncvar_peek(uintptr_t addr) {
  cell *c = find_cell(addr);
  struct syncvar *sv = c ? atomic_load_explicit(c, memory_order_acquire) : NULL;
  return sv && sv->addr == addr ? sv : NULL;
}

struct syncvar *syncvar_first(uintptr_t addr) {
  cell *c = find_cell(addr);
  return c ? atomic_load_explicit(c, memory_order_acquire) : NULL;
}

bool syncvar_lock_word(uintptr_t addr) {
  if (!syncvar_maybe(addr)) return false;
  spin_lock(&lock_of(addr)->spin);
  return true;
}

void syncvar_unlock(uintptr_t addr) {
  spin_unlock(&lock_of(addr)->spin);
}

bool syncvar_maybe(uintptr_t addr) {
  cell *c = find_cell(addr);
  return c && atomic_load_explicit(c, memory_order_acquire) != NULL;
}

// forget_word drops the word's syncvars in [lo, hi).
static void forget_word(cell *c, uintptr_t word, uintptr_t lo, uintptr_t hi) {
  spin_lock(&lock_of(word)->spin);
  struct syncvar *sv = atomic_load_explicit(c, memory_order_relaxed), *kept = NULL, *gone = NULL, *next;
  for (; sv; sv = next) {
    next = sv->next;
    bool drop = sv->addr >= lo && sv->addr < hi;
    struct syncvar **list = drop ? &gone : &kept;
    sv->next = *list;
    *list = sv;
    lock_of(word)->live -= drop;
  }
  atomic_store_explicit(c, kept, memory_order_release);
  syncvar_unlock(word);
  for (sv = gone; sv; sv = next) {
    next = sv->next;
    vclock_clear(&sv->vc);
    race_free(sv, sizeof *sv);
    atomic_fetch_sub_explicit(&area_live[folded(word) >> AREA_BITS], 1, memory_order_relaxed);
  }
}

// forget_in drops what lies in [lo, hi), which is within one area.
static void forget_in(uintptr_t lo, uintptr_t hi) {
  for (uintptr_t word = lo & ~(uintptr_t)7; word < hi;) {
    cell *c = find_cell(word);
    if (!c) {
      word = ((word >> REGION_BITS) + 1) << REGION_BITS;
      continue;
    }
    if (atomic_load_explicit(c, memory_order_relaxed)) forget_word(c, word, lo, hi);
    word += 8;
  }
}

void syncvar_forget(uintptr_t addr, size_t n) {
  if (!directory || n == 0) return;
  uintptr_t end = addr + n;
  while (addr < end) {
    uintptr_t area_end = ((addr >> AREA_BITS) + 1) << AREA_BITS, stop = area_end < end ? area_end : end;
    if (atomic_load_explicit(&area_live[folded(addr) >> AREA_BITS], memory_order_relaxed)) forget_in(addr, stop);
    addr = stop;
  }
}

size_t syncvar_live(void) {
  size_t n = 0;
  for (int i = 0; i < LOCKS; i++) {
    spin_lock(&locks[i].spin);
    n += locks[i].live;
    spin_unlock(&locks[i].spin);
  }
  return n;
}

void syncvar_lock_all(void) {
  for (int i = 0; i < LOCKS; i++) spin_lock(&locks[i].spin);
}

void syncvar_unlock_all(void) {
  for (int i = 0; i < LOCKS; i++) spin_unlock(&locks[i].spin);
}
