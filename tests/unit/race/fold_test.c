// SPDX-License-Identifier: Apache-2.0
// fold_test.c: folded pages against pages that are never folded: the same accesses find the same, and leave the same.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "access.h"
#include "alloc.h"
#include "clock.h"
#include "epoch.h"
#include "fold.h"
#include "init.h"
#include "scan.h"
#include "shadow.h"

enum { PAGES = 6, GOROUTINES = 24, STEPS = 60000, MOST = 4096 };

// What an access found, by the code places of what came before; sorted, each once.
struct finds {
  uint64_t what[MOST];
  size_t n;
};
static struct finds *finds;
static uint64_t found_goid;

void report_race(const struct race_report *r) {
  found_goid = r->previous.who ? r->previous.who->goid : 0;
  if (finds->n < MOST) finds->what[finds->n++] = (uint64_t)r->previous.flags << 32 | r->previous.ctx;
}

static int by_value(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

static size_t sorted(uint64_t *v, size_t n) {
  size_t kept = 0;
  qsort(v, n, sizeof *v, by_value);
  for (size_t i = 0; i < n; i++)
    if (!kept || v[kept - 1] != v[i]) v[kept++] = v[i];
  return kept;
}

static char *folds, *words;  // the pages that may fold; those that never do

static uint64_t seed = 1;
static unsigned below(unsigned n) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (unsigned)(seed >> 33) % n;
}

// halves makes the access without ever covering a page at once.
static void halves(race_g *g, char *at, size_t n, unsigned flags, uintptr_t pc) {
  while (n) {
    size_t part = SHADOW_PAGE_APP / 2 - (uintptr_t)at % (SHADOW_PAGE_APP / 2);
    if (part > n) part = n;
    range_check(g, (uintptr_t)at, part, flags, pc);
    at += part;
    n -= part;
  }
}

static void assert_same_finds(race_g *g, size_t at, size_t n, unsigned flags, uintptr_t pc) {
  static struct finds a, b;
  a.n = b.n = 0;
  finds = &a;
  range_check(g, (uintptr_t)folds + at, n, flags, pc);
  finds = &b;
  halves(g, words + at, n, flags, pc);
  a.n = sorted(a.what, a.n);
  b.n = sorted(b.what, b.n);
  assert_int_equal(a.n, b.n);
  assert_memory_equal(a.what, b.what, a.n * sizeof *a.what);
}

static void access_some(race_g *g) {
  static const unsigned kinds[] = {ACCESS_READ, ACCESS_READ, ACCESS_READ, ACCESS_READ, ACCESS_WRITE, ACCESS_WRITE | ACCESS_FREE};
  unsigned page = below(PAGES), flags = kinds[below(6)];
  size_t at = (size_t)page * SHADOW_PAGE_APP, n = SHADOW_PAGE_APP;
  switch (below(12)) {
    case 0: at += below(SHADOW_PAGE_APP / 8) * 8, n = 8; break;
    case 1: at += below(SHADOW_PAGE_APP), n = below(3000) + 1; break;
    case 2: at = 0, n = (size_t)PAGES * SHADOW_PAGE_APP; break;
  }
  if (at + n > (size_t)PAGES * SHADOW_PAGE_APP) n = (size_t)PAGES * SHADOW_PAGE_APP - at;
  assert_same_finds(g, at, n, flags, 0x1000 + 16 * below(3));
}

static void clear_some(void) {
  size_t at = (size_t)below(PAGES) * SHADOW_PAGE_APP, n = SHADOW_PAGE_APP;
  if (below(4) == 0) at += below(SHADOW_PAGE_APP), n = below(SHADOW_PAGE_APP - at % SHADOW_PAGE_APP) + 1;
  if (below(8) == 0) at = 0, n = (size_t)PAGES * SHADOW_PAGE_APP;
  shadow_clear((uintptr_t)folds + at, n);
  shadow_clear((uintptr_t)words + at, n);
}

static void put(uint64_t cell, void *arg) {
  struct finds *f = arg;
  f->what[f->n++] = cell;
}

// entries_of is what a word remembers, sorted.
static void entries_of(uintptr_t addr, struct finds *f) {
  f->n = 0;
  word_each(page_is_folded(addr) ? fold_of(addr) : shadow_of(addr), put, f);
  f->n = sorted(f->what, f->n);
}

static unsigned assert_same_words(void) {
  static struct finds a, b;
  unsigned folded = 0;
  for (size_t at = 0; at < (size_t)PAGES * SHADOW_PAGE_APP; at += 8) {
    uintptr_t addr = (uintptr_t)folds + at;
    assert_false(page_is_folded(addr) && page_is_touched(addr));
    if (page_is_folded(addr)) assert_true(word_get(shadow_of(addr), 0) == 0 && word_get(shadow_of(addr), 1) == 0);
    entries_of(addr, &a);
    entries_of((uintptr_t)words + at, &b);
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.what, b.what, a.n * sizeof *a.what);
    folded += at % SHADOW_PAGE_APP == 0 && page_is_folded(addr);
  }
  return folded;
}

static void test_random(void **state) {
  static race_g *g[GOROUTINES];
  unsigned folded = 0, opened = 0;
  for (int i = 0; i < GOROUTINES; i++) {
    g[i] = race_g_new(NULL, ginfo_new(NULL, i + 1, 0, false));
    clock_start(g[i]);
  }
  for (int step = 0; step < STEPS; step++) {
    unsigned what = below(100);
    race_g *a = g[below(GOROUTINES)], *b = g[below(GOROUTINES)];
    if (what < 70) access_some(a);
    else if (what < 80) epoch_end(a);
    else if (what < 94 && a != b) epoch_end(a), vclock_join(&b->vc, &a->vc), b->grown = b->clk;
    else if (what < 99) clear_some();
    else scan_now();
    if (step % 97) continue;
    unsigned now = assert_same_words();
    folded += now;
    opened += PAGES - now;
  }
  assert_true(folded > 100 && opened > 100);
  for (int i = 0; i < GOROUTINES; i++) race_g_drop(g[i]);
  shadow_clear((uintptr_t)folds, (size_t)PAGES * SHADOW_PAGE_APP);
  shadow_clear((uintptr_t)words, (size_t)PAGES * SHADOW_PAGE_APP);
  assert_int_equal(nodes_live(), 0);
}

// Arrays that are accessed whole have no shadow.
static void test_nothing_is_touched(void **state) {
  enum { BYTES = 8 << 20 };
  struct finds none = {.n = 0};
  finds = &none;
  char *array = aligned_alloc(SHADOW_PAGE_APP, BYTES);
  race_g *a = race_g_new(NULL, ginfo_new(NULL, 1, 0, false)), *b = race_g_new(NULL, ginfo_new(NULL, 2, 0, false));
  size_t before = shadow_touched();
  range_check(a, (uintptr_t)array, BYTES, ACCESS_READ, 0x1000);
  range_check(b, (uintptr_t)array, BYTES, ACCESS_READ, 0x2000);
  assert_int_equal(shadow_touched(), before);
  assert_int_equal(none.n, 0);
  range_check(b, (uintptr_t)array + 8, 8, ACCESS_WRITE, 0x3000);
  assert_int_equal(shadow_touched(), before + 1);
  assert_int_equal(none.n, 1);
  shadow_clear((uintptr_t)array, BYTES);
  race_g_drop(a);
  race_g_drop(b);
  free(array);
}

// Scans keep what a fold alone has: its epoch is not given to another.
static void test_scans_keep_folds(void **state) {
  enum { BYTES = 64 << 10, EPOCHS = 300000 };
  static struct finds some;
  finds = &some;
  char *array = aligned_alloc(SHADOW_PAGE_APP, BYTES);
  race_g *g[2];
  for (int i = 0; i < 2; i++) g[i] = race_g_new(NULL, ginfo_new(NULL, 71 + i, 0, false));
  range_check(g[0], (uintptr_t)array, BYTES, ACCESS_WRITE, 0x1000);
  epoch_end(g[0]);
  uint64_t scans = scan_count();
  for (int i = 0; i < EPOCHS; i++) {
    range_check(g[1], (uintptr_t)folds + i % 100 * 8, 8, ACCESS_WRITE, 0x2000);
    epoch_end(g[1]);
  }
  assert_true(scan_count() > scans + 1);
  assert_true(page_is_folded((uintptr_t)array));
  some.n = 0;
  range_check(g[1], (uintptr_t)array, BYTES, ACCESS_READ, 0x3000);
  assert_true(some.n > 0);
  assert_int_equal(found_goid, 71);
  shadow_clear((uintptr_t)array, BYTES);
  shadow_clear((uintptr_t)folds, SHADOW_PAGE_APP);
  for (int i = 0; i < 2; i++) race_g_drop(g[i]);
  free(array);
}

int main(void) {
  race_init();
  race_cur = NULL;
  folds = aligned_alloc(SHADOW_PAGE_APP, (size_t)PAGES * SHADOW_PAGE_APP);
  words = aligned_alloc(SHADOW_PAGE_APP, (size_t)PAGES * SHADOW_PAGE_APP);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_random),
      cmocka_unit_test(test_nothing_is_touched),
      cmocka_unit_test(test_scans_keep_folds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
