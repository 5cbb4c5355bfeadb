// SPDX-License-Identifier: Apache-2.0
// heap.h: what is known of the blocks that malloc and its family gave out, and took back.
#ifndef CRUN_RACE_HEAP_H
#define CRUN_RACE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "context.h"

// heap_init makes the table; blocks allocated before are not known.
void heap_init(void);

struct heap_block {
  uintptr_t start;
  size_t size;        // as it was asked for
  ctx_id allocated;   // where; 0: unknown
  uint64_t goid;      // by whom; 0: unknown
  bool is_thread;     // goid numbers a thread
  bool is_freed;
  ctx_id freed;       // where; 0: unknown, or it is live
};

// heap_find finds the live block that holds addr, or else the one freed there that began last. It is for
// reports: it may take a while.
bool heap_find(uintptr_t addr, struct heap_block *out);

// heap_find_freed finds the block that held addr and was freed at ctx: an earlier write to addr at ctx was
// that free.
bool heap_find_freed(uintptr_t addr, ctx_id ctx, struct heap_block *out);

#endif
