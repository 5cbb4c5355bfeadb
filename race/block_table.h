// SPDX-License-Identifier: Apache-2.0
// block_table.h: the table of the heap's blocks, for those who stand before malloc (heap.c, leak/heap.c).
//
// It has one word for each 16 bytes of address space, touched where blocks begin; the C library's blocks are 32
// bytes or more apart, so two words are a block's own, and nothing of it lies where the program could
// overwrite it:
//
//     table[start / 16]      size 39        | allocated at 23 | LIVE or FREED
//     table[start / 16 + 1]  freed at 23 | goid 38 | thread 1 | SECOND
//
// A freed block stays known until another begins there. To find the block of an address means to look back to
// the begin of its region of 256 KiB, and if none begins there, to ask which block reaches into the region:
// bounded, however large the blocks are.
//
// Entries are written by who allocates and who frees, which the program orders or else has a race. Reports read them at any
// time: a block's first word is nothing while its second changes, so who reads the first, the second, and the
// first again as it was has two words that belong together (tests/model/weak_blocks_model.c).
//   R1: the first word     A1: block_read
#ifndef CRUN_RACE_BLOCK_TABLE_H
#define CRUN_RACE_BLOCK_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reserve.h"

enum { GRAIN = 16, PLACE_BITS = 23, CTX_SHIFT = 2, SIZE_SHIFT = 25, THREAD_SHIFT = 2, GOID_SHIFT = 3, FREED_SHIFT = 41 };
enum tag { NOTHING, LIVE, FREED, SECOND, TAG = 3 };
#define SIZE_LIMIT (1ull << (64 - SIZE_SHIFT))
#define GOID_MAX ((1ull << (FREED_SHIFT - GOID_SHIFT)) - 1)
_Static_assert(SIZE_SHIFT == CTX_SHIFT + PLACE_BITS && FREED_SHIFT + PLACE_BITS == 64, "the words are full");

enum { REGION_SHIFT = 18 };
#ifndef BLOCKS_MASK  // tests/model has a small table
#define BLOCKS_MASK 0x1ffffffffff8ull  // 45 bits of address, by words
#endif

extern _Atomic uint64_t *_Atomic block_table;  // nil: there is none yet
extern _Atomic uintptr_t *block_reaching;      // for each region, the block that holds its first byte; may be stale
extern _Atomic uint8_t *block_regions;         // for each region, whether a block ever began there
extern _Thread_local uint32_t block_moving __attribute__((tls_model("initial-exec")));  // depth of realloc

// block_table_init makes the table; blocks allocated before are not known. False: no address space.
bool block_table_init(void);

// block_own_add and block_own_remove keep account of mappings that are no memory of the program's.
void block_own_add(const void *p, size_t n);
void block_own_remove(const void *p);

// block_heap_hidden says that [p, p+n), one of those mappings, has blocks of the heap after all.
void block_heap_hidden(const void *p, size_t n);

static inline uintptr_t region_of(uintptr_t p) { return (p & BLOCKS_MASK) >> REGION_SHIFT; }

static inline _Atomic uint64_t *entry_of(uintptr_t p) {
  return &atomic_load_explicit(&block_table, memory_order_relaxed)[(p & BLOCKS_MASK) / GRAIN];
}

static inline uint64_t entry_get(uintptr_t p) { return atomic_load_explicit(entry_of(p), memory_order_relaxed); }

static inline void entry_set(uintptr_t p, uint64_t e) {
  reserve_commit(entry_of(p), sizeof e);
  atomic_store_explicit(entry_of(p), e, memory_order_relaxed);
}

static inline void entry_publish(uintptr_t p, uint64_t e) {
  reserve_commit(entry_of(p), sizeof e);
  atomic_store_explicit(entry_of(p), e, memory_order_release);  // R1
}

// block_read reads the two words of the block that begins at p; false: none does, or it comes or goes at this moment.
static inline bool block_read(uintptr_t p, uint64_t *first, uint64_t *second) {
  uint64_t e = atomic_load_explicit(entry_of(p), memory_order_acquire);  // A1
  if ((e & TAG) != LIVE && (e & TAG) != FREED) return false;
  *first = e;
  *second = entry_get(p + GRAIN);
  atomic_thread_fence(memory_order_acquire);
  return (*second & TAG) == SECOND && entry_get(p) == e;
}

// block_leave makes the block at p one that was freed at `place`.
static inline void block_leave(uintptr_t p, uint64_t place) {
  entry_set(p + GRAIN, (entry_get(p + GRAIN) & ((1ull << FREED_SHIFT) - 1)) | place << FREED_SHIFT);
  entry_publish(p, (entry_get(p) & ~(uint64_t)TAG) | FREED);
}

// block_reach notes that the block of n bytes at p goes beyond its region.
void block_reach(uintptr_t p, size_t n);

// block_enter makes the block of n bytes at p known and live, with what the rest of its two words says.
static inline void block_enter(uintptr_t p, size_t n, uint64_t place, uint64_t who) {
  _Atomic uint8_t *any = &block_regions[region_of(p)];
  if (!atomic_load_explicit(any, memory_order_relaxed)) {
    reserve_commit(any, 1);
    atomic_store_explicit(any, 1, memory_order_relaxed);
  }
  if (entry_get(p)) {
    entry_set(p, NOTHING);
    atomic_thread_fence(memory_order_release);  // before the second word
  }
  entry_set(p + GRAIN, who | SECOND);
  entry_publish(p, (uint64_t)n << SIZE_SHIFT | place << CTX_SHIFT | LIVE);
  if (n && region_of(p) != region_of(p + n - 1)) block_reach(p, n);
}

#endif
