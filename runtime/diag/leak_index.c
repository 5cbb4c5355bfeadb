// SPDX-License-Identifier: Apache-2.0
// leak_index.c: for each region of 256 KiB in which blocks begin, a bit for each 16 bytes: does one begin here?
//
// The block of an address is the one of the last such bit before it; a word of sums leads over the gaps. Blocks that
// reach beyond their region are in a list of their own, in order.
#include "diag/leak_index.h"

#include "race/blocks.h"

enum { GRAIN = 16, REGION = RACE_BLOCKS_REGION, WORDS = REGION / GRAIN / 64, SUMS = WORDS / 64 };

struct region {
  uintptr_t number;  // address / REGION
  uint64_t sums[SUMS], starts[WORDS], marks[WORDS], watched[WORDS];
};

static struct {
  struct region **slot;  // by a hash of the number; nil: free
  size_t mask;
  struct region *last;   // the one found last
  struct span *large;    // blocks that reach into another region
  size_t nlarge, large_cap;
  size_t blocks, bytes;
} ix;

static size_t hash(uintptr_t number) { return number * 0x9e3779b97f4a7c15ull >> 20; }

static struct region *find(uintptr_t number) {
  if (ix.last && ix.last->number == number) return ix.last;
  for (size_t i = hash(number);; i++) {
    struct region *r = ix.slot[i & ix.mask];
    if (!r) return NULL;
    if (r->number == number) return ix.last = r;
  }
}

static struct region *make(uintptr_t number) {
  struct region *r = scratch(sizeof *r);
  if (!r) return NULL;
  r->number = number;
  size_t i = hash(number);
  while (ix.slot[i & ix.mask]) i++;
  return ix.slot[i & ix.mask] = r;
}

// ---- building ------------------------------------------------------------------------------------------

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

static void enter(uintptr_t start, size_t n, void *arg) {
  struct region *r = arg;
  size_t bit = start % REGION / GRAIN;
  r->starts[bit / 64] |= 1ull << bit % 64;
  r->sums[bit / 64 / 64] |= 1ull << bit / 64 % 64;
  ix.blocks++;
  ix.bytes += n;
  if (start % REGION + n > REGION) add_large(start, start + n);
}

// each_region calls fn for the regions of [lo, hi) in which a block ever began.
static void each_region(uintptr_t lo, uintptr_t hi, void (*fn)(uintptr_t lo, uintptr_t hi)) {
  for (uintptr_t p = lo, q; p < hi; p = q) {
    q = (p / REGION + 1) * REGION;
    if (q > hi) q = hi;
    if (race_blocks_any(p)) fn(p, q);
  }
}

// each_part calls fn for the regions of all mappings, less `without`, which is sorted.
static void each_part(const struct mapping *m, size_t n, const struct spans *without, void (*fn)(uintptr_t, uintptr_t)) {
  size_t k = 0;
  for (size_t i = 0; i < n; i++) {
    uintptr_t p = m[i].lo;
    while (k < without->n && without->at[k].hi <= p) k++;
    for (size_t j = k; p < m[i].hi; j++) {
      uintptr_t stop = j < without->n && without->at[j].lo < m[i].hi ? without->at[j].lo : m[i].hi;
      if (stop > p) each_region(p, stop, fn);
      p = j < without->n && stop < m[i].hi ? without->at[j].hi : m[i].hi;
    }
  }
}

static size_t nparts;
static void count(uintptr_t lo, uintptr_t hi) { nparts++; }

static void index_part(uintptr_t lo, uintptr_t hi) {
  struct region *r = find(lo / REGION);
  if (!r) r = make(lo / REGION);
  if (r) race_blocks_each(lo, hi, enter, r);
}

bool index_build(const struct mapping *m, size_t n, const struct spans *without) {
  ix.last = NULL;
  ix.large = NULL;
  ix.nlarge = ix.large_cap = ix.blocks = ix.bytes = nparts = 0;
  each_part(m, n, without, count);
  size_t slots = 64;
  while (slots < 2 * nparts) slots *= 2;
  ix.mask = slots - 1;
  ix.slot = scratch(slots * sizeof *ix.slot);
  if (!ix.slot) return false;
  each_part(m, n, without, index_part);
  return !scratch_failed();
}

size_t index_blocks(void) { return ix.blocks; }
size_t index_bytes(void) { return ix.bytes; }

// ---- asking --------------------------------------------------------------------------------------------

// last_bit is the highest of the bits up to number `bit` in a; -1: none of them is set.
static int last_bit(uint64_t a, unsigned bit) {
  a &= ~0ull >> (63 - bit);
  return a ? 63 - __builtin_clzll(a) : -1;
}

// before finds the last block that begins in r at addr or before; 0: none does.
static uintptr_t before(const struct region *r, uintptr_t addr) {
  size_t bit = addr % REGION / GRAIN, word = bit / 64;
  int b = last_bit(r->starts[word], bit % 64);
  if (b < 0) {
    int w = word % 64 ? last_bit(r->sums[word / 64], word % 64 - 1) : -1;
    int sum = (int)(word / 64);
    while (w < 0 && sum-- > 0) w = last_bit(r->sums[sum], 63);
    if (w < 0) return 0;
    word = (size_t)sum * 64 + (size_t)w;
    b = last_bit(r->starts[word], 63);
  }
  return r->number * REGION + (word * 64 + (size_t)b) * GRAIN;
}

// large_at finds the large block that addr lies in; 0: none.
static uintptr_t large_at(uintptr_t addr) {
  size_t lo = 0, hi = ix.nlarge;
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    if (ix.large[mid].lo <= addr) lo = mid + 1;
    else hi = mid;
  }
  return lo && addr < ix.large[lo - 1].hi ? ix.large[lo - 1].lo : 0;
}

uintptr_t index_find(uintptr_t addr) {
  struct region *r = find(addr / REGION);
  uintptr_t start = r ? before(r, addr) : 0;
  if (!start) return large_at(addr);
  size_t n = race_blocks_size(start);
  return addr - start < (n ? n : 1) ? start : 0;
}

static uint64_t bit_of(uintptr_t start) { return 1ull << start % REGION / GRAIN % 64; }
static size_t word_of(uintptr_t start) { return start % REGION / GRAIN / 64; }

bool index_mark(uintptr_t start) {
  uint64_t *word = &find(start / REGION)->marks[word_of(start)];
  bool fresh = !(*word & bit_of(start));
  *word |= bit_of(start);
  return fresh;
}

void index_watch(uintptr_t start) { find(start / REGION)->watched[word_of(start)] |= bit_of(start); }

bool index_is_watched(uintptr_t start) { return find(start / REGION)->watched[word_of(start)] & bit_of(start); }
