// SPDX-License-Identifier: Apache-2.0
// update.h: the rule of access.h for one entry and for one word of two cells; inlined into the
// single check and the range check.
#ifndef CRUN_RACE_UPDATE_H
#define CRUN_RACE_UPDATE_H

#include "access.h"
#include "epoch.h"
#include "shadow.h"
#include "word.h"

enum {
  FOUND_ENOUGH = 16,             // told before the next word
  FOUND_MAX = FOUND_ENOUGH + 8,  // so that within a word each byte that races is
};

// The reports are not here: an update lies on the user's stack.
struct found {
  uint64_t what;  // context (of the byte) and kind of the earlier access
  struct race_report *report;
};

// An update is one access while it goes over its words.
struct update {
  race_g *g;
  uint64_t cell;        // epoch, context, kind; no bytes
  uint64_t need;        // bytes of this word still to be entered
  uint64_t mine;        // an entry of this epoch that made some of them needless
  uintptr_t word_addr;  // application address of the word
  uintptr_t addr;       // of the access
  unsigned size, flags;
  size_t each;          // bytes of each of many accesses that lie one behind the other; 0: it is one
  unsigned nfound;
  uint8_t told;         // bytes of this word with a race among found
  struct found found[FOUND_MAX];
};

// access_is_ordered tells whether epoch id happened before g's present.
static inline bool access_is_ordered(const race_g *g, uint32_t id) {
  uint32_t slot = epoch_slot(id);
  return slot == g->slot || vclock_get(&g->vc, slot) >= epoch_get(id).clk;
}

static inline uint64_t kind_of(unsigned flags) {
  return (flags & ACCESS_WRITE ? 0 : CELL_READ) | (flags & ACCESS_ATOMIC ? CELL_ATOMIC : 0);
}

// find_note keeps a race of u with entry x on bytes, to be told after the unlock.
void find_note(struct update *u, uint64_t x, uint8_t bytes);

// find_tell reports what was found; no lock is held.
void find_tell(struct update *u);

// update_at makes u an access to bytes of the word of addr.
static inline void update_at(struct update *u, uintptr_t addr, uint64_t bytes) {
  u->word_addr = addr & ~7ull;
  u->need = bytes;
  u->told = 0;
}

// settle compares u with entry x and returns what is left of x. lazy: x may stay although u covers
// it, if that saves asking the vector clock.
uint64_t settle_overlap(struct update *u, uint64_t x, bool lazy);

static inline uint64_t settle(struct update *u, uint64_t x, bool lazy) {
  return x & u->need ? settle_overlap(u, x, lazy) : x;
}

// settle_cell is settle for one of two cells: 0 when no byte is left.
static inline uint64_t settle_cell(struct update *u, uint64_t x) {
  x = settle(u, x, false);
  return x & CELL_BYTES ? x : 0;
}

// cell_join returns one cell for x and new if they are of the same epoch and kind and have a context
// in common or a composite one, else 0.
uint64_t cell_join_slow(uint64_t x, uint64_t new);

static inline uint64_t cell_join(uint64_t x, uint64_t new) {
  uint64_t differ = x ^ new;
  if (differ & (CELL_EPOCH | CELL_KIND)) return 0;
  return differ & CELL_CTX ? cell_join_slow(x, new) : x | new;
}

// word_overflow is word_update for a word with a node.
void word_overflow(struct update *u, struct word *w);

// word_update applies u (with need set) to w, under w's page lock.
static inline void word_update(struct update *u, struct word *w) {
  uint64_t c0 = word_get(w, 0), c1, j;
  if (!c0 && page_touch(u->word_addr)) {
    word_set(w, 0, u->cell | u->need);
    return;
  }
  if (__builtin_expect(!c0, 0)) c0 = word_get(w, 0);  // the page was folded
  c1 = word_get(w, 1);
  if (__builtin_expect(cell_is_node(c1), 0)) {
    word_overflow(u, w);
    return;
  }
  uint64_t k0 = settle_cell(u, c0), k1 = c1 ? settle_cell(u, c1) : 0;
  if (u->need) {
    uint64_t new = u->cell | u->need;
    if (!k0) k0 = new;
    else if ((j = cell_join(k0, new))) k0 = j;
    else if (!k1) k1 = k0, k0 = new;
    else if ((j = cell_join(k1, new))) k1 = k0, k0 = j;
    else {
      word_grow(w, new, k0, k1);
      return;
    }
  } else if (!k0) {
    k0 = k1, k1 = 0;
  }
  word_set(w, 0, k0);
  word_set(w, 1, k1);
}

#endif
