// SPDX-License-Identifier: Apache-2.0
// leak_index_test.c: the index of blocks against a list of them, with a table of blocks of the test's own; spans and sorting.
#include "diag/leak/leak_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RACE_BLOCKS_ARE_HERE 1
#include "race/blocks.h"

enum { MOST = 20000 };

static struct span blocks[MOST];  // in order
static size_t nblocks;

// The seam, as the detector or -leak would answer.
bool race_blocks_known(void) { return true; }
bool race_blocks_any(uintptr_t addr) { return true; }
bool race_blocks_moving(void) { return false; }
uintptr_t race_blocks_brk(void) { return 0; }
size_t race_blocks_heap(uintptr_t page, uintptr_t end) { return 0; }
void race_blocks_own(void (*fn)(uintptr_t lo, uintptr_t hi, void *arg), void *arg) {}
size_t race_blocks_size(uintptr_t start) {
  for (size_t i = 0; i < nblocks; i++)
    if (blocks[i].lo == start) return blocks[i].hi - start;
  return 0;
}
void race_blocks_each(uintptr_t lo, uintptr_t hi, void (*fn)(uintptr_t start, size_t n, void *arg), void *arg) {
  for (size_t i = 0; i < nblocks; i++)
    if (blocks[i].lo >= lo && blocks[i].lo < hi) fn(blocks[i].lo, blocks[i].hi - blocks[i].lo, arg);
}

// lay makes blocks from lo on with gaps, as the C library would: 32 bytes apart at least.
static uintptr_t lay(uintptr_t lo, size_t n, size_t largest) {
  for (size_t i = 0; i < n; i++) {
    size_t size = (size_t)rand() % 64 == 0 ? (size_t)rand() % largest : (size_t)rand() % 300;
    blocks[nblocks++] = (struct span){lo, lo + size};
    lo += (size + 8 + 15) / 16 * 16 < 32 ? 32 : (size + 8 + 15) / 16 * 16;
    if (rand() % 4 == 0) lo += 16 * ((size_t)rand() % 200);
  }
  return lo;
}

static uintptr_t expected(uintptr_t addr) {
  size_t lo = 0, hi = nblocks;
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    if (blocks[mid].lo <= addr) lo = mid + 1;
    else hi = mid;
  }
  if (!lo) return 0;
  uintptr_t end = (blocks[lo - 1].hi + 15) & ~(uintptr_t)15;  // known to 16 bytes
  if (blocks[lo - 1].hi == blocks[lo - 1].lo) end += 16;
  return addr < end ? blocks[lo - 1].lo : 0;
}

static void build(const struct mapping *m, size_t n, const struct spans *without) {
  assert_true(scratch_begin());
  assert_true(index_build(m, n, without));
}

// Every 16th byte of two mappings, one with blocks that go over many regions.
static void finds(void **state) {
  srand(1);
  nblocks = 0;
  struct mapping m[2] = {{.lo = 0x10000000, .hi = 0x10000000}, {.lo = 0x7f0000123000, .hi = 0x7f0000123000}};
  m[0].hi = lay(m[0].lo, 3000, 2000) + 4096;
  m[1].hi = lay(m[1].lo, 300, 1000000) + 4096;
  build(m, 2, &(struct spans){0});
  assert_int_equal(index_blocks(), nblocks);
  for (int i = 0; i < 2; i++)
    for (uintptr_t p = m[i].lo - 4096; p < m[i].hi + 4096; p += 16) assert_int_equal(index_find(p), expected(p));
  scratch_end();
}

static void ends(void **state) {
  srand(2);
  nblocks = 0;
  struct mapping m = {.lo = 0x20000000};
  m.hi = lay(m.lo, 2000, 900000) + 4096;
  build(&m, 1, &(struct spans){0});
  for (size_t i = 0; i < nblocks; i++) {
    uintptr_t end = index_end(blocks[i].lo), size = blocks[i].hi - blocks[i].lo;
    assert_true(end >= blocks[i].hi && end < blocks[i].lo + (size ? size : 1) + 16);
    struct hit h = index_hit(blocks[i].lo + (size ? (size_t)rand() % size : 0));
    assert_true(h.start == blocks[i].lo && h.end == end && !h.watched);
  }
  scratch_end();
}

static void leaves_out(void **state) {
  nblocks = 0;
  lay(0x30000000, 1, 1);
  blocks[nblocks++] = (struct span){0x30001000, 0x30001040};
  blocks[nblocks++] = (struct span){0x30002000, 0x30002040};
  struct mapping m = {.lo = 0x30000000, .hi = 0x30010000};
  struct span cut = {0x30001000, 0x30002000};
  build(&m, 1, &(struct spans){&cut, 1, 1});
  assert_int_equal(index_find(0x30001010), 0);
  assert_int_equal(index_find(0x30002010), 0x30002000);
  scratch_end();
}

static bool is_open(uintptr_t addr) { return index_is_open(index_open(addr), addr); }

static void marks(void **state) {
  nblocks = 0;
  blocks[nblocks++] = (struct span){0x40000000, 0x40000400};
  blocks[nblocks++] = (struct span){0x40000800, 0x40300000};
  struct mapping m = {.lo = 0x40000000, .hi = 0x40400000};
  build(&m, 1, &(struct spans){0});
  index_watch(0x40000800);
  struct hit small = index_hit(0x40000010), large = index_hit(0x40200000);
  assert_true(large.watched && large.start == 0x40000800 && large.end == 0x40300000);
  assert_true(!small.watched && small.start == 0x40000000 && small.end == 0x40000400);
  const uintptr_t in_small[] = {0x40000000, 0x40000010, 0x400003f8}, in_large[] = {0x40000800, 0x40200000, 0x402ffff8};
  for (int i = 0; i < 3; i++) assert_true(is_open(in_small[i]) && is_open(in_large[i]));
  assert_false(is_open(0x40000400) || is_open(0x400007f8) || is_open(0x40300000));
  index_mark(&small);
  for (int i = 0; i < 3; i++) assert_true(!is_open(in_small[i]) && is_open(in_large[i]));
  index_mark(&large);
  for (int i = 0; i < 3; i++) assert_false(is_open(in_large[i]));
  assert_int_equal(index_find(0x40200000), 0x40000800);
  struct span bounds = index_bounds();
  assert_true(bounds.lo <= 0x40000000 && bounds.hi >= 0x40300000 && bounds.hi <= 0x40400000);
  scratch_end();
}

static void sorts(void **state) {
  enum { N = 5000 };
  static struct {
    uint64_t key, twice, thrice;
  } r[N];
  for (size_t i = 0; i < N; i++) r[i].key = (uint64_t)rand() % 1000, r[i].twice = 2 * r[i].key, r[i].thrice = 3 * r[i].key;
  for (size_t n = 0; n < 5; n++) sort_words(r, n, sizeof *r);
  sort_words(r, N, sizeof *r);
  for (size_t i = 0; i < N; i++) {
    assert_true(i == 0 || r[i - 1].key <= r[i].key);
    assert_true(r[i].twice == 2 * r[i].key && r[i].thrice == 3 * r[i].key);
  }
}

static void joins_spans(void **state) {
  struct spans s = {0};
  assert_true(scratch_begin());
  for (uintptr_t i = 1000; i-- > 0;) spans_add(&s, 100 * i, 100 * i + (i % 10 ? 100 : 50));
  spans_add(&s, 500, 500);
  spans_sort(&s);
  assert_int_equal(s.n, 101);
  assert_int_equal(s.at[0].hi, 50);
  assert_int_equal(s.at[1].lo, 100);
  assert_int_equal(s.at[1].hi, 1050);
  scratch_end();
}

// The mappings of this process: its own variables, stack and heap are there, and its code is not.
static int variable;
static void reads_mappings(void **state) {
  struct mapping *m;
  size_t n;
  bool data = false, stack = false, code = false;
  assert_true(scratch_begin());
  assert_true(mappings_read(&m, &n));
  for (size_t i = 0; i < n; i++) {
    assert_true(m[i].lo < m[i].hi && (i == 0 || m[i - 1].hi <= m[i].lo));
    data |= (uintptr_t)&variable - m[i].lo < m[i].hi - m[i].lo && m[i].kind == MAPPING_PRIVATE;
    stack |= (uintptr_t)&n - m[i].lo < m[i].hi - m[i].lo && m[i].is_main_stack;
    code |= (uintptr_t)reads_mappings - m[i].lo < m[i].hi - m[i].lo;
  }
  assert_true(data && stack && !code);
  mappings_end();
  scratch_end();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(finds),  cmocka_unit_test(ends),        cmocka_unit_test(leaves_out),     cmocka_unit_test(marks),
      cmocka_unit_test(sorts),  cmocka_unit_test(joins_spans), cmocka_unit_test(reads_mappings),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
