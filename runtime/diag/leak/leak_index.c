// SPDX-License-Identifier: Apache-2.0
// leak_index.c: for each region of 256 KiB in which blocks lie, a cell for each 1 KiB.
//
// The block of an address, if its `live` bit is set, begins at the last `starts` bit before it; a word of sums leads over
// empty cells. All that is asked of a block is in the cell where it begins, which mostly is the cell of the address: a
// word that is a pointer costs one line of the cache. Blocks that go on in another region are in a list of their own,
// in order.
#include "diag/leak/leak_index.h"

#include "race/blocks.h"

enum { REGION = RACE_BLOCKS_REGION, CELLS = REGION / CELL_BYTES, SUMS = CELLS / 64 };

struct region {
  struct cell cell[CELLS];
  uint64_t sums[SUMS];  // of the cells in which blocks begin
};

struct slot {
  uintptr_t number;  // address / REGION
  struct region *region;
};

static struct {
  struct slot *slot;    // by a hash of the number
  size_t mask, used;
  struct span *large;   // blocks that go on in another region
  size_t nlarge, large_cap;
  size_t blocks;
} ix;

static size_t hash(uintptr_t number) { return number * 0x9e3779b97f4a7c15ull >> 40; }

static inline struct slot *slot_of(uintptr_t number) {
  for (size_t i = hash(number);; i++) {
    struct slot *s = &ix.slot[i & ix.mask];
    if (!s->region || s->number == number) return s;
  }
}

static inline struct region *find(uintptr_t number) { return slot_of(number)->region; }

static inline size_t cell_of(uintptr_t addr) { return addr % REGION / CELL_BYTES; }
static inline unsigned bit_of(uintptr_t addr) { return addr / GRAIN % 64; }

// ---- building ------------------------------------------------------------------------------------------

static bool grow(void) {
  struct slot *old = ix.slot;
  size_t n = old ? ix.mask + 1 : 0;
  ix.mask = old ? 2 * n - 1 : 1023;
  ix.slot = scratch((ix.mask + 1) * sizeof *ix.slot);
  if (!ix.slot) return false;
  for (size_t i = 0; i < n; i++)
    if (old[i].region) *slot_of(old[i].number) = old[i];
  return true;
}

static struct region *make(uintptr_t number) {
  struct slot *s = slot_of(number);
  if (s->region) return s->region;
  if (2 * ++ix.used > ix.mask) {
    if (!grow()) return NULL;
    s = slot_of(number);
  }
  *s = (struct slot){number, scratch(sizeof *s->region)};
  return s->region;
}

static void add_large(uintptr_t lo, uintptr_t hi) {
  if (ix.nlarge == ix.large_cap) {
    size_t cap = ix.large_cap ? 2 * ix.large_cap : 256;
    struct span *at = scratch(cap * sizeof *at);
    if (!at) return;
    for (size_t i = 0; i < ix.nlarge; i++) at[i] = ix.large[i];
    ix.large = at;
    ix.large_cap = cap;
  }
  ix.large[ix.nlarge++] = (struct span){lo, hi};
}

// ones has the bits from `from` up to below `to` set.
static uint64_t ones(unsigned from, unsigned to) { return (to == 64 ? ~0ull : (1ull << to) - 1) & ~0ull << from; }

// set_live sets the bits of [lo, hi), which is in r.
static void set_live(struct region *r, uintptr_t lo, uintptr_t hi) {
  for (uintptr_t p = lo, q; p < hi; p = q) {
    q = (p / CELL_BYTES + 1) * CELL_BYTES;
    r->cell[cell_of(p)].live |= ones(bit_of(p), q <= hi ? 64 : bit_of(hi - 1) + 1);
  }
}

static void enter(uintptr_t start, size_t n, void *arg) {
  struct region *r = arg;
  uintptr_t end = start + (n ? n : 1), region_end = (start / REGION + 1) * REGION;
  r->cell[cell_of(start)].starts |= 1ull << bit_of(start);
  r->sums[cell_of(start) / 64] |= 1ull << cell_of(start) % 64;
  set_live(r, start, end < region_end ? end : region_end);
  ix.blocks++;
  if (end > region_end) add_large(start, end);
}

static void enter_large(uintptr_t lo, uintptr_t hi) {
  for (uintptr_t p = (lo / REGION + 1) * REGION, q; p < hi; p = q) {
    struct region *r = make(p / REGION);
    if (!r) return;
    q = p + REGION;
    set_live(r, p, q < hi ? q : hi);
  }
}

// index_part enters the blocks that begin in the regions of [lo, hi).
static void index_part(uintptr_t lo, uintptr_t hi) {
  for (uintptr_t p = lo, q; p < hi; p = q) {
    q = (p / REGION + 1) * REGION;
    if (q > hi) q = hi;
    if (!race_blocks_any(p)) continue;
    struct region *r = make(p / REGION);
    if (!r) return;
    race_blocks_each(p, q, enter, r);
  }
}

bool index_build(const struct mapping *m, size_t n, const struct spans *without) {
  ix.slot = NULL;
  ix.large = NULL;
  ix.mask = ix.used = ix.nlarge = ix.large_cap = ix.blocks = 0;
  if (!grow()) return false;
  size_t first = 0;
  for (size_t i = 0; i < n; i++) {
    uintptr_t p = m[i].lo;
    while (first < without->n && without->at[first].hi <= p) first++;
    for (size_t j = first; p < m[i].hi; j++) {
      bool cut = j < without->n && without->at[j].lo < m[i].hi;
      uintptr_t stop = cut ? without->at[j].lo : m[i].hi;
      if (stop > p) index_part(p, stop);
      p = cut ? without->at[j].hi : m[i].hi;
    }
  }
  for (size_t i = 0; i < ix.nlarge; i++) enter_large(ix.large[i].lo, ix.large[i].hi);
  return !scratch_failed();
}

size_t index_blocks(void) { return ix.blocks; }

// ---- asking --------------------------------------------------------------------------------------------

static inline unsigned highest(uint64_t a) { return 63 - (unsigned)__builtin_clzll(a); }

// large_at finds the large block that addr lies in; nil: none.
static const struct span *large_at(uintptr_t addr) {
  size_t lo = 0, hi = ix.nlarge;
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    if (ix.large[mid].lo <= addr) lo = mid + 1;
    else hi = mid;
  }
  return lo && addr < ix.large[lo - 1].hi ? &ix.large[lo - 1] : NULL;
}

// before finds the last block that begins in a cell of the region before addr's; 0: none does.
static uintptr_t before(uintptr_t addr) {
  const struct region *r = find(addr / REGION);
  size_t cell = cell_of(addr);
  uint64_t sums = r->sums[cell / 64] & ~(~0ull << cell % 64);
  int i = (int)(cell / 64);
  while (!sums && i-- > 0) sums = r->sums[i];
  if (!sums) return 0;
  cell = (size_t)i * 64 + highest(sums);
  return addr / REGION * REGION + cell * CELL_BYTES + highest(r->cell[cell].starts) * GRAIN;
}

struct cell *index_cell(uintptr_t addr) {
  struct region *r = find(addr / REGION);
  return r ? &r->cell[cell_of(addr)] : NULL;
}

struct hit index_hit_far(uintptr_t addr) {
  uintptr_t start = before(addr);
  if (!start) {
    const struct span *l = large_at(addr);
    if (!l) return (struct hit){0};
    start = l->lo;
  }
  return (struct hit){start, index_cell(start), 1ull << bit_of(start)};
}

uintptr_t index_find(uintptr_t addr) {
  struct cell *c = index_cell(addr);
  return c ? index_hit(c, addr).start : 0;
}

uintptr_t index_end(uintptr_t start) {
  const struct region *r = find(start / REGION);
  unsigned skip = bit_of(start) + 1;  // the block's first 16 bytes, and what lies before
  for (size_t cell = cell_of(start); cell < CELLS; cell++, skip = 0) {
    uint64_t stop = (r->cell[cell].starts | ~r->cell[cell].live) & (skip == 64 ? 0 : ~0ull << skip);
    if (stop) return start / REGION * REGION + cell * CELL_BYTES + (unsigned)__builtin_ctzll(stop) * GRAIN;
  }
  const struct span *l = large_at(start);
  return l ? l->hi : (start / REGION + 1) * REGION;
}

void index_mark(uintptr_t start) { index_cell(start)->marks |= 1ull << bit_of(start); }

void index_watch(uintptr_t start) { index_cell(start)->watched |= 1ull << bit_of(start); }
