// SPDX-License-Identifier: Apache-2.0
// leak_index.h: which block of the heap an address lies in, and which blocks are marked.
#ifndef CRUN_DIAG_LEAK_INDEX_H
#define CRUN_DIAG_LEAK_INDEX_H

#include "diag/leak_memory.h"

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

// index_find_in returns the start of the live block that addr, whose cell is c, lies in; 0: it lies in none.
uintptr_t index_find_in(struct cell *c, uintptr_t addr);
uintptr_t index_find(uintptr_t addr);

// index_end is where the block that begins at start ends, or up to 15 bytes further.
uintptr_t index_end(uintptr_t start);

// index_mark marks the block that begins at start. True: it was not marked before.
bool index_mark(uintptr_t start);

// index_watch has index_is_watched say true for the block that begins at start.
void index_watch(uintptr_t start);
bool index_is_watched(uintptr_t start);

#endif
