// SPDX-License-Identifier: Apache-2.0
// scan_test.c: what the scan must keep, what it must give back, and how slots and owners recycle.
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "access.h"
#include "alloc.h"
#include "clock.h"
#include "context.h"
#include "epoch.h"
#include "init.h"
#include "scan.h"
#include "shadow.h"
#include "slot.h"
#include "word.h"

static unsigned found;
static uint64_t found_goid;

void report_race(const struct race_report *r) {
  found++;
  found_goid = r->previous.who ? r->previous.who->goid : 0;
}

static uint64_t words[4096];

static race_g *new_g(race_g *creator, uint64_t goid) {
  race_g *g = race_g_new(creator, ginfo_new(creator ? creator->info : NULL, goid, 0, false));
  if (creator) {
    epoch_end(creator);
    vclock_copy(&g->vc, &creator->vc);
  }
  return g;
}

static void put(race_g *g, int i) { access_check(g, (uintptr_t)&words[i], 8, ACCESS_WRITE, 0x1000); }

static void join(race_g *g, race_g *child) {
  epoch_end(child);
  vclock_join(&g->vc, &child->vc);
  race_g_drop(child);
}

static uint32_t id_of(race_g *g) { return atomic_load(&g->cur) >> EPOCH_SHIFT; }

static void forget(void) { shadow_clear((uintptr_t)words, sizeof words); }

// An epoch without a cell left is still its race_g's: the id must not be given to another.
static void test_current_epoch_is_kept(void **state) {
  race_g *a = new_g(NULL, 1), *b = new_g(NULL, 2);
  put(a, 0);
  uint32_t id = id_of(a);
  forget();
  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < 100; i++) {  // the batch that a's id came from is used up
      put(b, 1);
      assert_int_not_equal(id_of(b), id);
      epoch_end(b);
    }
    scan_now();
  }
  put(b, 2);
  put(a, 2);
  assert_int_equal(found, 1);
  race_g_drop(a);
  race_g_drop(b);
  forget();
}

// A million epochs need few ids, and what is old and alone in its word is found all the same.
static void test_ids_recycle(void **state) {
  race_g *a = new_g(NULL, 1), *b = new_g(NULL, 2);
  found = 0;
  put(a, 7);
  epoch_end(a);
  for (int i = 0; i < 1000000; i++) {
    put(b, 100 + i % 1000);
    epoch_end(b);
  }
  assert_true(scan_count() > 2);
  assert_true(epoch_top() < 200000);
  put(b, 7);
  assert_int_equal(found, 1);
  assert_int_equal(found_goid, 1);
  race_g_drop(a);
  race_g_drop(b);
  forget();
}

// A scan of many pages goes in pieces, with epochs between them: what it has yet to visit and what it has visited
// both keep their entries, also those that come and go meanwhile.
static void test_pieces(void **state) {
  enum { PAGES = 20000 };
  char *memory = aligned_alloc(4096, (size_t)PAGES * SHADOW_PAGE_APP);
  race_g *a = new_g(NULL, 1), *b = new_g(NULL, 2);
  unsigned stops = 0, moved = 0;
  for (int i = 0; i < PAGES; i++) access_check(a, (uintptr_t)memory + i * SHADOW_PAGE_APP, 8, ACCESS_WRITE, 0x1000);
  uint64_t before = scan_count();
  while (scan_count() < before + 2) {
    bool was = scan_is_under_way();
    access_check(b, (uintptr_t)memory + moved++ % PAGES * SHADOW_PAGE_APP + 8, 8, ACCESS_WRITE, 0x1000);
    epoch_end(b);
    stops += scan_is_under_way() != was;
  }
  assert_true(stops >= 3);  // begun, ended, begun
  race_g *c = new_g(NULL, 3);
  found = 0;
  for (int i = 0; i < PAGES; i++) access_check(c, (uintptr_t)memory + i * SHADOW_PAGE_APP, 8, ACCESS_WRITE, 0x1000);
  assert_int_equal(found, PAGES);
  for (int i = 0; i < PAGES; i++) access_check(c, (uintptr_t)memory + i * SHADOW_PAGE_APP + 8, 8, ACCESS_WRITE, 0x1000);
  assert_int_equal(found, PAGES + (moved < PAGES ? moved : PAGES));
  race_g_drop(a);
  race_g_drop(b);
  race_g_drop(c);
  shadow_clear((uintptr_t)memory, (size_t)PAGES * SHADOW_PAGE_APP);
  free(memory);
}

// Spawn and join by turns lives on one slot; each record names its own owner.
static void test_slot_chain(void **state) {
  race_g *m = new_g(NULL, 1);
  uint32_t before = slot_top();
  for (int i = 0; i < 1000; i++) {
    race_g *c = new_g(m, 100 + i);
    put(c, i);
    join(m, c);
  }
  assert_true(slot_top() <= before + 1);
  for (int i = 0; i < 1000; i += 111) {
    race_g *s = new_g(NULL, 5);
    found = 0;
    put(s, i);
    assert_int_equal(found, 1);
    assert_int_equal(found_goid, 100 + i);
    race_g_drop(s);
  }
  race_g_drop(m);
  forget();
}

// Fire and forget: nobody waits for them, so their slots wait for a scan that finds no record.
static void test_slot_scan(void **state) {
  race_g *m = new_g(NULL, 1);
  scan_now();
  scan_now();
  uint32_t before = slot_top();
  for (int round = 0; round < 50; round++) {
    for (int i = 0; i < 100; i++) {
      race_g *c = new_g(m, 1000 + i);
      put(c, i);
      race_g_drop(c);
    }
    forget();
    scan_now();
    scan_now();  // epochs in a batch count as in use for one scan more
  }
  assert_true(slot_top() <= before + 2 * 100);
  assert_true(slot_history() < 200);
  race_g_drop(m);
  forget();
}

// A slot whose old owner left a record and was not waited for is not given on: the new goroutine
// would be taken for ordered after it.
static void test_slot_with_a_record_waits(void **state) {
  race_g *m = new_g(NULL, 1);
  for (int i = 0; i < 20; i++) {
    race_g *a = new_g(m, 2);
    put(a, 0);
    uint32_t slot = a->slot;
    race_g_drop(a);
    if (i % 2) scan_now();
    race_g *b = new_g(m, 3);
    assert_int_not_equal(b->slot, slot);
    found = 0;
    put(b, 0);
    assert_int_equal(found, 1);
    assert_int_equal(found_goid, 2);
    race_g_drop(b);
    forget();
  }
  race_g_drop(m);
}

// access_parts accesses a megabyte, of no page the whole: nothing is folded.
static void access_parts(race_g *g, const char *p) {
  for (size_t at = 0; at < 1 << 20; at += SHADOW_PAGE_APP)
    range_check(g, (uintptr_t)p + at, SHADOW_PAGE_APP - 8, ACCESS_WRITE, 0x2000);
}

// Pages without an entry go back; an untouched terabyte costs nothing to clear.
static void test_pages(void **state) {
  race_g *a = new_g(NULL, 1);
  size_t before = shadow_touched();
  char *big = race_reserve(1ull << 40);
  shadow_clear((uintptr_t)big, 1ull << 40);
  assert_int_equal(shadow_touched(), before);
  access_parts(a, big);
  assert_int_equal(shadow_touched(), before + (1 << 20) / SHADOW_PAGE_APP);
  range_check(a, (uintptr_t)big + (1ull << 30), 1ull << 30, ACCESS_WRITE | ACCESS_FREE, 0x2000);
  assert_int_equal(shadow_touched(), before + (1 << 20) / SHADOW_PAGE_APP);
  for (int i = 0; i < 1 << 20; i += 8) word_clear(shadow_of((uintptr_t)big + i), 0xff);
  scan_now();
  assert_true(shadow_touched() <= before);
  access_parts(a, big);
  shadow_clear((uintptr_t)big, 1ull << 40);
  assert_true(shadow_touched() <= before);
  race_g_drop(a);
}

// A relay: each goroutine starts the next and ends. Neither infos nor anything else piles up, and
// each still knows its nearest ancestors.
static void test_relay(void **state) {
  race_g *g = new_g(NULL, 0);
  size_t bytes = 0;
  for (int i = 1; i <= 100000; i++) {
    race_g *next = new_g(g, i);
    put(g, 0);
    race_g_drop(g);
    forget();
    g = next;
    if (i == 20000) bytes = race_alloc_bytes();
  }
  assert_true(race_alloc_bytes() < bytes + (4 << 20));
  int up = 0;
  for (struct ginfo *gi = ginfo_parent(g->info), *p; gi; gi = p, up++) {
    assert_int_equal(gi->goid, 99999 - up);
    p = ginfo_parent(gi);
    ginfo_unref(gi);
  }
  assert_in_range(up, GINFO_ANCESTORS, 2 * GINFO_ANCESTORS);
  race_g_drop(g);
}

// Clocks that are used up: the race_g goes on in another slot, ordered after itself.
// Goroutines that only release, and that nobody is ordered after, leave slots that a scan alone can give on.
static void test_ended_without_access(void **state) {
  enum { N = 200000 };
  uint32_t top = slot_top();
  uint64_t scans = scan_count();
  for (int i = 0; i < N; i++) {
    race_g *g = race_g_new(NULL, ginfo_new(NULL, 99, 0, false));
    clock_start(g);
    clock_publish(g);
    race_g_drop(g);
  }
  assert_true(scan_count() > scans);
  assert_true(slot_top() - top < N / 2);
}

static void test_slot_renew(void **state) {
  race_g *a = new_g(NULL, 1), *b = new_g(NULL, 2);
  uint32_t slot = a->slot;
  a->clk = UINT32_MAX - 2;
  found = 0;
  for (int i = 0; i < 8; i++) {
    put(a, i);
    epoch_end(a);
  }
  assert_int_not_equal(a->slot, slot);
  for (int i = 0; i < 8; i++) put(a, i);
  assert_int_equal(found, 0);
  for (int i = 0; i < 8; i++) put(b, i);
  assert_int_equal(found, 8);
  assert_int_equal(found_goid, 1);
  race_g_drop(a);
  race_g_drop(b);
  forget();
}

// Ids that run out again and again are given back by scans, and nothing that a cell holds is lost.
static void test_ids_run_out(void **state) {
  enum { LIMIT = 2048, LIVE = 4000 };
  race_g *a = new_g(NULL, 1), *b = new_g(NULL, 2), *c = new_g(NULL, 3);
  forget();
  scan_now();
  uint32_t top = epoch_top();
  epoch_limit(LIMIT);
  uint64_t scans = scan_count();
  put(a, 7);
  epoch_end(a);
  for (int i = 0; i < 100000; i++) {
    put(b, 100 + i % 500);
    epoch_end(b);
  }
  assert_true(scan_count() > scans + 20);
  assert_true(epoch_top() <= (top > LIMIT ? top : LIMIT));
  found = 0;
  put(c, 7);
  for (int i = 0; i < 500; i++) put(c, 100 + i);
  assert_int_equal(found, 501);
  forget();
  epoch_end(c);
  for (int i = 0; i < LIVE; i++) put(b, i), epoch_end(b);  // more at once than there are: the limit gives way
  found = 0;
  for (int i = 0; i < LIVE; i++) put(c, i);
  assert_int_equal(found, LIVE);
  epoch_limit(UINT32_MAX);
  race_g_drop(a);
  race_g_drop(b);
  race_g_drop(c);
  forget();
}

int main(void) {
  race_init();
  race_cur = NULL;  // nothing is checked but what a test checks itself
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_current_epoch_is_kept),
      cmocka_unit_test(test_ids_run_out),
      cmocka_unit_test(test_ids_recycle), cmocka_unit_test(test_pieces),
      cmocka_unit_test(test_slot_chain),
      cmocka_unit_test(test_slot_scan),
      cmocka_unit_test(test_slot_with_a_record_waits),
      cmocka_unit_test(test_pages),
      cmocka_unit_test(test_relay),
      cmocka_unit_test(test_ended_without_access), cmocka_unit_test(test_slot_renew),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
