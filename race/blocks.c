// SPDX-License-Identifier: Apache-2.0
// blocks.c: the table of the heap's blocks: its memory, and what the search for leaks asks it.
//
// It knows glibc's heap: one part grows by brk; an arena's heap is 64 MiB, aligned so, and begins with a heap_info;
// a large block has a mapping of its own, and a chunk's size word says with its low bits which of these it is.
#define RACE_BLOCKS_ARE_HERE 1
#include "blocks.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "block_table.h"
#include "reserve.h"

enum { OWN = 4096, OF_MMAP = 2, OF_ARENA = 4, FLAGS = 7 };
#define ARENA_BYTES (64ull << 20)

_Atomic uint64_t *_Atomic block_table;
_Atomic uintptr_t *block_reaching;
_Atomic uint8_t *block_regions;
_Thread_local uint32_t block_moving __attribute__((tls_model("initial-exec")));

static uintptr_t brk_start;             // read-only after init
static uintptr_t hidden_lo, hidden_hi;  // read-only after init

// ---- our own mappings --------------------------------------------------------------------------------

static struct {
  _Atomic uintptr_t lo;
  _Atomic size_t n;
} own[OWN];

// block_own_add forgets what there is no place for: it counts as memory of the program's.
void block_own_add(const void *p, size_t n) {
  for (int i = 0; i < OWN; i++) {
    uintptr_t none = 0;
    if (!atomic_compare_exchange_strong(&own[i].lo, &none, (uintptr_t)p)) continue;
    atomic_store(&own[i].n, n);
    return;
  }
}

void block_own_remove(const void *p) {
  for (int i = 0; i < OWN; i++) {
    if (atomic_load(&own[i].lo) != (uintptr_t)p) continue;
    atomic_store(&own[i].n, 0);
    atomic_store(&own[i].lo, 0);
    return;
  }
}

void block_heap_hidden(const void *p, size_t n) {
  block_own_remove(p);
  hidden_lo = (uintptr_t)p;
  hidden_hi = hidden_lo + n;
}

void race_blocks_own(void (*fn)(uintptr_t lo, uintptr_t hi, void *arg), void *arg) {
  for (int i = 0; i < OWN; i++) {
    uintptr_t lo = atomic_load(&own[i].lo);
    size_t n = atomic_load(&own[i].n);
    if (lo && n) fn(lo, lo + n, arg);
  }
}

// ---- the table ---------------------------------------------------------------------------------------

static void *reserved(size_t n) {
  void *p = reserve(NULL, n);
  if (p) block_own_add(p, n);
  return p;
}

bool block_table_init(void) {
  size_t regions = region_of(BLOCKS_MASK) + 1;
  block_reaching = reserved(regions * sizeof *block_reaching);
  block_regions = reserved(regions);
  void *table = reserved((BLOCKS_MASK + 8) / GRAIN * sizeof(uint64_t));
  if (!block_reaching || !block_regions || !table) return false;
  brk_start = (uintptr_t)syscall(SYS_brk, 0);
  atomic_store_explicit(&block_table, table, memory_order_release);
  return true;
}

void block_reach(uintptr_t p, size_t n) {
  uintptr_t r = region_of(p) + 1, last = region_of(p + n - 1);
  reserve_commit(&block_reaching[r], (last + 1 - r) * sizeof *block_reaching);
  for (; r <= last; r++) atomic_store_explicit(&block_reaching[r], p, memory_order_relaxed);
}

// ---- questions ---------------------------------------------------------------------------------------

bool race_blocks_known(void) { return atomic_load_explicit(&block_table, memory_order_acquire) != NULL; }

bool race_blocks_moving(void) { return block_moving != 0; }

uintptr_t race_blocks_brk(void) { return brk_start; }

bool race_blocks_any(uintptr_t addr) { return atomic_load_explicit(&block_regions[region_of(addr)], memory_order_relaxed); }

size_t race_blocks_size(uintptr_t start) { return entry_get(start) >> SIZE_SHIFT; }

void race_blocks_each(uintptr_t lo, uintptr_t hi, void (*fn)(uintptr_t start, size_t n, void *arg), void *arg) {
  for (uintptr_t p = (lo + GRAIN - 1) & ~(uintptr_t)(GRAIN - 1); p < hi; p += GRAIN) {
    uint64_t e = entry_get(p);
    if ((e & TAG) == LIVE) fn(p, e >> SIZE_SHIFT, arg);
  }
}

static size_t chunk_word(uintptr_t p) { return ((const size_t *)p)[-1]; }

// is_arena_part tells whether some block that began in [lo, hi) is of an arena other than the first.
static bool is_arena_part(uintptr_t lo, uintptr_t hi) {
  for (uintptr_t p = lo; p < hi; p += GRAIN) {
    if (p % RACE_BLOCKS_REGION == 0 && !race_blocks_any(p)) {
      p += RACE_BLOCKS_REGION - GRAIN;
      continue;
    }
    uint64_t tag = entry_get(p) & TAG;
    if (tag == LIVE || tag == FREED) return (chunk_word(p) & (OF_ARENA | OF_MMAP)) == OF_ARENA;
  }
  return false;
}

// arena_at is the size of the arena's heap that begins at p, by what malloc/arena.c writes there; 0: none does.
static size_t arena_at(uintptr_t p, uintptr_t end) {
  const struct {
    uintptr_t arena, previous;
    size_t size;
  } *info = (const void *)p;
  if (p % ARENA_BYTES || !info->arena || info->size > ARENA_BYTES || info->size % 4096) return 0;
  if (info->size < 4096 || p + info->size > end || info->previous % ARENA_BYTES) return 0;
  if (!info->previous && (info->arena < p || info->arena >= p + info->size)) return 0;
  return is_arena_part(p, p + info->size) ? info->size : 0;
}

size_t race_blocks_heap(uintptr_t page, uintptr_t end) {
  if (page - hidden_lo < hidden_hi - hidden_lo) return (hidden_hi < end ? hidden_hi : end) - page;
  if (!race_blocks_any(page)) return page % ARENA_BYTES ? 0 : arena_at(page, end);
  uintptr_t p = page + 2 * sizeof(size_t);
  if ((entry_get(p) & TAG) == LIVE && (chunk_word(p) & FLAGS) == OF_MMAP) {
    size_t n = chunk_word(p) & ~(size_t)FLAGS;
    return n < end - page ? n : end - page;
  }
  return arena_at(page, end);
}
