// SPDX-License-Identifier: Apache-2.0
// leak_index.h: which block of the heap an address lies in, and which blocks are marked.
#ifndef CRUN_DIAG_LEAK_INDEX_H
#define CRUN_DIAG_LEAK_INDEX_H

#include "diag/leak/leak_memory.h"

#include "race/blocks.h"

enum { GRAIN = 16, CELL_BYTES = 64 * GRAIN, INDEX_REGION = RACE_BLOCKS_REGION, INDEX_CELLS = INDEX_REGION / CELL_BYTES };

// What is known of 1 KiB of memory: a bit for each 16 bytes.
struct cell {
  uint64_t starts;   // a block begins here
  uint64_t live;     // these bytes, some of them, are a block's
  uint64_t watched;  // with starts
};

// What is known of a region. `open` is apart, so that most of what is asked for all words of the heap lies close together.
struct region {
  uint64_t open[INDEX_CELLS];  // by cell: these bytes, some of them, are of a block that is not marked yet
  struct cell cell[INDEX_CELLS];
  uint64_t sums[INDEX_CELLS / 64];  // of the cells in which blocks begin
};

// The regions, by a hash of their numbers.
struct index_slot {
  uintptr_t number;  // address / INDEX_REGION
  struct region *region;
};
extern struct index_slot *index_slots;
extern size_t index_mask;

static inline struct index_slot *index_slot_of(uintptr_t number) {
  for (size_t i = number * 0x9e3779b97f4a7c15ull >> 40;; i++) {
    struct index_slot *s = &index_slots[i & index_mask];
    if (!s->region || s->number == number) return s;
  }
}

// index_build makes the index of all live blocks in the mappings but for what lies in `without`. False: no memory.
bool index_build(const struct mapping *m, size_t n, const struct spans *without);

// index_blocks is how many blocks there are, index_bounds where they lie.
size_t index_blocks(void);
struct span index_bounds(void);

// index_open returns the word of `open` for addr; nil: no block is near.
static inline uint64_t *index_open(uintptr_t addr) {
  struct region *r = index_slot_of(addr / INDEX_REGION)->region;
  return r ? &r->open[addr % INDEX_REGION / CELL_BYTES] : NULL;
}

// index_is_open tells whether addr, whose word is open, lies in a block that is not marked.
static inline bool index_is_open(const uint64_t *open, uintptr_t addr) { return open && *open >> addr / GRAIN % 64 & 1; }

// index_find returns the start of the live block that addr lies in; 0: it lies in none.
uintptr_t index_find(uintptr_t addr);

// index_end is where the block that begins at start ends, or up to 15 bytes further.
uintptr_t index_end(uintptr_t start);

// A block: where it begins, where it ends or up to 15 bytes further, and whether index_watch was called for it.
struct hit {
  uintptr_t start, end;  // start 0: none
  bool watched;
};
struct hit index_hit(uintptr_t addr);

// index_each_open calls fn for each block that is not marked.
void index_each_open(void (*fn)(uintptr_t start, uintptr_t end));

// index_mark marks h. index_watch has the block that begins at start watched.
void index_mark(const struct hit *h);
void index_watch(uintptr_t start);

#endif
