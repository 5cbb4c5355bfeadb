// SPDX-License-Identifier: Apache-2.0
// leak_index.c: for each region of 256 KiB in which blocks lie, a cell for each 1 KiB.
//
// The block of an address, if its `live` bit is set, begins at the last `starts` bit before it; a word of sums leads over
// empty cells. What each word of the heap asks first is `open`: 8 bytes for 1 KiB, so of 100 MB most of it stays in the
// second cache. The rest is asked once for each block. Blocks that go on in another region are in a list of their own, in order.
#include "diag/leak/leak_index.h"

enum { REGION = INDEX_REGION, CELLS = INDEX_CELLS };

struct index_slot *index_slots;
size_t index_mask;

static struct {
  size_t used;
  uintptr_t first, last;  // regions
  struct span *large;     // blocks that go on in another region
  size_t nlarge, large_cap;
  size_t blocks;
} ix;

static inline struct region *find(uintptr_t number) { return index_slot_of(number)->region; }

static inline size_t cell_of(uintptr_t addr) { return addr % REGION / CELL_BYTES; }
static inline unsigned bit_of(uintptr_t addr) { return addr / GRAIN % 64; }

// ---- building ------------------------------------------------------------------------------------------

static bool grow(void) {
  struct index_slot *old = index_slots;
  size_t n = old ? index_mask + 1 : 0;
  index_mask = old ? 2 * n - 1 : 1023;
  index_slots = scratch((index_mask + 1) * sizeof *index_slots);
  if (!index_slots) return false;
  for (size_t i = 0; i < n; i++)
    if (old[i].region) *index_slot_of(old[i].number) = old[i];
  return true;
}

static struct region *make(uintptr_t number) {
  struct index_slot *s = index_slot_of(number);
  if (s->region) return s->region;
  if (2 * ++ix.used > index_mask) {
    if (!grow()) return NULL;
    s = index_slot_of(number);
  }
  *s = (struct index_slot){number, scratch(sizeof *s->region)};
  if (number < ix.first) ix.first = number;
  if (number > ix.last) ix.last = number;
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
    uint64_t bits = ones(bit_of(p), q <= hi ? 64 : bit_of(hi - 1) + 1);
    r->cell[cell_of(p)].live |= bits;
    r->open[cell_of(p)] |= bits;
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
  index_slots = NULL;
  ix.large = NULL;
  index_mask = ix.used = ix.nlarge = ix.large_cap = ix.blocks = ix.last = 0;
  ix.first = UINTPTR_MAX;
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

struct span index_bounds(void) { return (struct span){ix.used ? ix.first * REGION : 0, ix.used ? (ix.last + 1) * REGION : 0}; }

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

static struct cell *cell_at(uintptr_t addr) {
  struct region *r = find(addr / REGION);
  return r ? &r->cell[cell_of(addr)] : NULL;
}

uintptr_t index_find(uintptr_t addr) {
  const struct cell *c = cell_at(addr);
  unsigned at = bit_of(addr);
  if (!c || !(c->live >> at & 1)) return 0;
  uint64_t starts = c->starts & ~0ull >> (63 - at);
  if (starts) return addr / CELL_BYTES * CELL_BYTES + highest(starts) * GRAIN;
  uintptr_t start = before(addr);
  const struct span *l = start ? NULL : large_at(addr);
  return l ? l->lo : start;
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

// within is index_hit if the block lies in one cell; else start is 0.
static inline struct hit within(const struct cell *c, uintptr_t addr) {
  uint64_t starts = c->starts & ~0ull >> (63 - bit_of(addr));
  if (!starts || !(c->live >> bit_of(addr) & 1)) return (struct hit){0};
  unsigned first = highest(starts);
  uint64_t stop = first == 63 ? 0 : (c->starts | ~c->live) & ~0ull << (first + 1);
  if (!stop) return (struct hit){0};
  uintptr_t begin = addr / CELL_BYTES * CELL_BYTES;
  return (struct hit){begin + first * GRAIN, begin + (unsigned)__builtin_ctzll(stop) * GRAIN, c->watched >> first & 1};
}

struct hit index_hit(uintptr_t addr) {
  const struct cell *c = cell_at(addr);
  struct hit h = c ? within(c, addr) : (struct hit){0};
  if (h.start || !(h.start = index_find(addr))) return h;
  h.end = index_end(h.start);
  h.watched = cell_at(h.start)->watched >> bit_of(h.start) & 1;
  return h;
}

void index_mark(const struct hit *h) {
  for (uintptr_t p = h->start, q; p < h->end; p = q) {
    q = (p / CELL_BYTES + 1) * CELL_BYTES;
    *index_open(p) &= ~ones(bit_of(p), q <= h->end ? 64 : bit_of(h->end - 1) + 1);
  }
}

static void cell_each_open(const struct region *r, uintptr_t lo, size_t cell, void (*fn)(uintptr_t start, uintptr_t end)) {
  for (uint64_t left = r->cell[cell].starts & r->open[cell]; left; left &= left - 1) {
    uintptr_t start = lo + cell * CELL_BYTES + (unsigned)__builtin_ctzll(left) * GRAIN;
    fn(start, index_end(start));
  }
}

void index_each_open(void (*fn)(uintptr_t start, uintptr_t end)) {
  for (size_t i = 0; i <= index_mask; i++) {
    const struct region *r = index_slots[i].region;
    for (size_t sum = 0; r && sum < CELLS / 64; sum++)
      for (uint64_t left = r->sums[sum]; left; left &= left - 1)
        cell_each_open(r, index_slots[i].number * REGION, sum * 64 + (unsigned)__builtin_ctzll(left), fn);
  }
}

void index_watch(uintptr_t start) { cell_at(start)->watched |= 1ull << bit_of(start); }
