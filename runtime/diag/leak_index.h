// SPDX-License-Identifier: Apache-2.0
// leak_index.h: which block of the heap an address lies in, and which blocks are marked.
#ifndef CRUN_DIAG_LEAK_INDEX_H
#define CRUN_DIAG_LEAK_INDEX_H

#include "diag/leak_memory.h"

// index_build makes the index of all live blocks in the mappings but for what lies in `without`. False: no memory.
bool index_build(const struct mapping *m, size_t n, const struct spans *without);

// index_blocks is how many blocks there are, index_bytes how large they are together.
size_t index_blocks(void);
size_t index_bytes(void);

// index_find returns the start of the live block that addr lies in; 0: it lies in none.
uintptr_t index_find(uintptr_t addr);

// index_mark marks the block that begins at start. True: it was not marked before.
bool index_mark(uintptr_t start);

// index_watch has index_is_watched say true for the block that begins at start.
void index_watch(uintptr_t start);
bool index_is_watched(uintptr_t start);

#endif
