// SPDX-License-Identifier: Apache-2.0
// leak_index.h: which block of the heap an address lies in, and which blocks are marked.
#ifndef CRUN_DIAG_LEAK_INDEX_H
#define CRUN_DIAG_LEAK_INDEX_H

#include "diag/leak/leak_memory.h"

enum { GRAIN = 16, CELL_BYTES = 64 * GRAIN };

// What is known of 1 KiB of memory: a bit for each 16 bytes.
struct cell {
  uint64_t starts;   // a block begins here
  uint64_t live;     // these bytes, some of them, are a block's
  uint64_t marks;    // with starts: the block is marked
  uint64_t watched;  // with starts
};

// index_build makes the index of all live blocks in the mappings but for what lies in `without`. False: no memory.
bool index_build(const struct mapping *m, size_t n, const struct spans *without);

// index_blocks is how many blocks there are.
size_t index_blocks(void);

// index_cell returns the cell of addr; nil: no block is near.
struct cell *index_cell(uintptr_t addr);

// A block, and where to mark it.
struct hit {
  uintptr_t start;    // 0: no block
  struct cell *cell;  // of start
  uint64_t bit;
};

// index_hit_far is index_hit for a block that begins in another cell.
struct hit index_hit_far(uintptr_t addr);

// index_hit finds the live block that addr, whose cell is c, lies in.
static inline struct hit index_hit(struct cell *c, uintptr_t addr) {
  unsigned at = addr / GRAIN % 64;
  if (!(c->live >> at & 1)) return (struct hit){0};
  uint64_t starts = c->starts & ~0ull >> (63 - at);
  if (!starts) return index_hit_far(addr);
  unsigned first = 63 - (unsigned)__builtin_clzll(starts);
  return (struct hit){addr / CELL_BYTES * CELL_BYTES + first * GRAIN, c, 1ull << first};
}

// index_find returns the start of the live block that addr lies in; 0: it lies in none.
uintptr_t index_find(uintptr_t addr);

// index_end is where the block that begins at start ends, or up to 15 bytes further.
uintptr_t index_end(uintptr_t start);

// index_mark and index_watch set these bits for the block that begins at start.
void index_mark(uintptr_t start);
void index_watch(uintptr_t start);

#endif
