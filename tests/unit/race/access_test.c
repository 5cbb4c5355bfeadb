// SPDX-License-Identifier: Apache-2.0
// access_test.c: the access rule against a naive model that keeps every access with a full clock.
//
// Random programs: goroutines that come and go, release, acquire, access a few words with every size,
// alignment and kind, through every entry; memory that is given back; scans at any moment. After
// each access the detector must have found a race exactly when the model has one on a byte that had
// none before; and what it names as the earlier access must be one that races, by its pc.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "access.h"
#include "context.h"
#include "epoch.h"
#include "init.h"
#include "scan.h"
#include "shadow.h"
#include "slot.h"
#include "word.h"

enum {
  WORDS = 6,
  BYTES = WORDS * 8,
  GS = 20,        // alive at once
  BORN = 48,      // in a program
  SYNCS = 4,
  STEPS = 500,
  REPORTS = 256,
  PC = 0x400000,
};

// ---- the model -----------------------------------------------------------------------------------

struct event {  // one access
  int g;
  uint32_t at;  // g's own time
  unsigned flags;
  uint64_t bytes;  // of the BYTES
  bool gone;       // its memory was cleared; then bytes are dropped
};

static struct event events[STEPS];
static uint32_t clocks[BORN][BORN], sync_clocks[SYNCS][BORN], now[BORN];
static uint64_t raced;  // bytes that had a race

static bool before(const struct event *e, int g) { return e->g == g || clocks[g][e->g] >= e->at; }

static bool conflict(unsigned a, unsigned b) {
  return ((a | b) & ACCESS_WRITE) && !(a & b & ACCESS_ATOMIC);
}

// model_access returns the bytes on which access n races with an earlier one.
static uint64_t model_access(int n) {
  uint64_t bad = 0;
  for (int i = 0; i < n; i++)
    if (events[i].bytes & events[n].bytes && conflict(events[i].flags, events[n].flags) && !before(&events[i], events[n].g))
      bad |= events[i].bytes & events[n].bytes;
  return bad;
}

static void join(uint32_t *to, const uint32_t *from) {
  for (int i = 0; i < BORN; i++)
    if (from[i] > to[i]) to[i] = from[i];
}

// ---- the detector --------------------------------------------------------------------------------

static _Alignas(4096) char memory[4096];  // the words straddle the middle: a shadow page boundary
static char *const base = memory + SHADOW_PAGE_APP - BYTES / 2;
static race_g *gs[BORN];
static struct vclock syncs[SYNCS];
static struct race_report reports[REPORTS];
static int nreports;

void report_race(const struct race_report *r) {
  assert_true(nreports < REPORTS);
  reports[nreports++] = *r;
}

static uint64_t seed;
static uint64_t rnd(uint64_t n) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return seed % n;
}

static int born;

static int some_g(void) {
  for (;;) {
    int i = rnd(born);
    if (gs[i]) return i;
  }
}

static int alive(void) {
  int n = 0;
  for (int i = 0; i < born; i++) n += gs[i] != NULL;
  return n;
}

static void spawn(int parent) {
  race_g *creator = parent < 0 ? NULL : gs[parent];
  race_g *g = race_g_new(creator, ginfo_new(creator ? creator->info : NULL, born, 0, false));
  memset(clocks[born], 0, sizeof clocks[born]);
  now[born] = 0;
  if (creator) {
    epoch_end(creator);
    vclock_copy(&g->vc, &creator->vc);
    join(clocks[born], clocks[parent]);
    clocks[born][parent] = now[parent];
  }
  gs[born++] = g;
}

static void end(int i) {
  race_g_drop(gs[i]);
  gs[i] = NULL;
}

static void release(int i, int s) {
  epoch_end(gs[i]);
  clocks[i][i] = now[i];
  if (rnd(2)) {
    vclock_join(&syncs[s], &gs[i]->vc);
  } else {
    vclock_copy(&syncs[s], &gs[i]->vc);
    memset(sync_clocks[s], 0, sizeof sync_clocks[s]);
  }
  join(sync_clocks[s], clocks[i]);
}

static void acquire(int i, int s) {
  vclock_join(&gs[i]->vc, &syncs[s]);
  join(clocks[i], sync_clocks[s]);
}

static uint64_t bits(size_t from, size_t n) { return (n == 64 ? ~0ull : (1ull << n) - 1) << from; }

// check_reports holds what was reported for event n against the model's bad bytes.
static void check_reports(int n, uint64_t bad) {
  uint64_t told = 0;
  for (int i = 0; i < nreports; i++) {
    const struct race_access *was = &reports[i].previous, *is = &reports[i].current;
    uintptr_t pcs[4];
    bool folded;
    assert_int_equal(ctx_stack(is->ctx, is->byte, pcs, 4, &folded), 1);
    assert_int_equal(pcs[0], PC + n);
    assert_int_equal(ctx_stack(was->ctx, was->byte, pcs, 4, &folded), 1);
    int k = pcs[0] - PC;
    size_t at = (was->addr & ~7ull) + was->byte - (uintptr_t)base;
    assert_in_range(k, 0, n - 1);
    assert_true(events[k].bytes >> at & 1);
    assert_true(events[n].bytes >> at & 1);
    assert_true(conflict(events[k].flags, events[n].flags));
    assert_false(before(&events[k], events[n].g));
    assert_non_null(was->who);
    assert_int_equal(was->who->goid, events[k].g);
    told |= events[k].bytes & events[n].bytes;  // a pair of code places is told once
  }
  uint64_t first = bad & ~raced;
  assert_int_equal(first & ~told, 0);
  raced |= bad;
}

// bytes_one_by_one is a loop over bytes: one place in the code, several accesses.
static void bytes_one_by_one(race_g *g, size_t from, size_t size, uint64_t kind, uintptr_t pc) {
  for (size_t b = from; b < from + size; b++) access_check_within(g, (uintptr_t)base + b, kind | bits(b % 8, 1), pc);
}

static void access(int n, int i, unsigned kinds) {
  static const unsigned flags[] = {ACCESS_READ, ACCESS_WRITE, ACCESS_READ | ACCESS_ATOMIC, ACCESS_WRITE | ACCESS_ATOMIC};
  unsigned f = flags[rnd(kinds)];
  size_t from = rnd(BYTES), size = rnd(3) ? 1ull << rnd(4) : 1 + rnd(BYTES);
  if (rnd(2)) from &= ~(size > 8 ? 7 : size - 1);
  if (from + size > BYTES) size = BYTES - from;
  events[n] = (struct event){.g = i, .at = ++now[i], .flags = f, .bytes = bits(from, size)};
  nreports = 0;
  uint64_t kind = (f & ACCESS_WRITE ? 0 : CELL_READ) | (f & ACCESS_ATOMIC ? CELL_ATOMIC : 0);
  unsigned how = rnd(5);
  if (rnd(2)) ctx_current(gs[i], PC + n);  // known: the shortest way is taken
  race_cur = gs[i];
  if (how == 4) bytes_one_by_one(gs[i], from, size, kind, PC + n);
  else if (how == 0) range_check(gs[i], (uintptr_t)base + from, size, f, PC + n);
  else if (how < 3 && from % 8 + size <= 8) access_check_within(gs[i], (uintptr_t)base + from, kind | bits(from % 8, size), PC + n);
  else if (how < 3 && size <= 16) access_check_across(gs[i], (uintptr_t)base + from, size, kind, PC + n);
  else access_check(gs[i], (uintptr_t)base + from, size, f, PC + n);
  race_cur = NULL;
  check_reports(n, model_access(n));
}

static void clear(int n) {
  size_t from = rnd(BYTES), size = 1 + rnd(BYTES - from);
  shadow_clear((uintptr_t)base + from, size);
  for (int i = 0; i < n; i++) events[i].bytes &= ~bits(from, size);
  raced &= ~bits(from, size);
}

// share_page makes the page one in which readers change their own entries beside each other.
static void share_page(void) {
  struct page_stripe *s = page_stripe_of((uintptr_t)base);
  page_lock_stripe(s);
  s->user = PAGE_SHARED;
  page_unlock_stripe(s);
}

struct shape {
  unsigned kinds;       // how many of plain read, plain write, atomic read, atomic write
  unsigned sync;        // one step in so many is a release or an acquire
  unsigned scan;        // one step in so many scans; 0: never
};

static void program(struct shape s) {
  born = 0;
  raced = 0;
  memset(sync_clocks, 0, sizeof sync_clocks);
  spawn(-1);
  while (born < 4) spawn(rnd(2) ? 0 : -1);
  for (int n = 0; n < STEPS; n++) {
    events[n].bytes = 0;
    if (born < BORN && alive() < GS && rnd(12) == 0) spawn(some_g());
    if (alive() > 2 && rnd(30) == 0) end(some_g());
    if (rnd(60) == 0) clear(n);
    if (s.scan && rnd(s.scan) == 0) scan_now();
    if (rnd(s.sync) == 0) release(some_g(), rnd(SYNCS));
    if (rnd(s.sync) == 0) acquire(some_g(), rnd(SYNCS));
    if (rnd(4) == 0) share_page();
    access(n, some_g(), s.kinds);
    for (int w = 0; w < WORDS; w++) assert_true(word_is_valid(shadow_of((uintptr_t)base + w * 8)));
  }
  for (int i = 0; i < born; i++)
    if (gs[i]) end(i);
  for (int i = 0; i < SYNCS; i++) vclock_clear(&syncs[i]);
  shadow_clear((uintptr_t)base, BYTES);
  assert_int_equal(nodes_live(), 0);
}

static void programs(int n, struct shape s, uint64_t first) {
  for (int i = 0; i < n; i++) {
    seed = first + i * 0x9e3779b97f4a7c15ull;
    if (!seed) seed = 1;
    program(s);
  }
}

static void test_plain(void **state) { programs(1500, (struct shape){2, 3, 0}, 1); }
static void test_atomics(void **state) { programs(1500, (struct shape){4, 3, 0}, 2); }
static void test_mostly_ordered(void **state) { programs(1500, (struct shape){4, 1, 0}, 3); }
static void test_never_ordered(void **state) { programs(500, (struct shape){4, 400, 0}, 4); }
static void test_readers(void **state) { programs(500, (struct shape){1, 2, 0}, 5); }
static void test_scans(void **state) { programs(300, (struct shape){4, 2, 20}, 6); }
static void test_scan_every_step(void **state) { programs(60, (struct shape){4, 2, 1}, 7); }

// ---- one by one ----------------------------------------------------------------------------------

static race_g *lone(void) { return race_g_new(NULL, ginfo_new(NULL, 99, 0, false)); }

// The newest of many readers writes: all others are asked, whatever the address of their node looks like.
static void test_reader_among_many_writes(void **state) {
  race_g *g[4];
  for (int i = 0; i < 4; i++) g[i] = lone();
  for (int w = 0; w < 64; w++) {
    uintptr_t at = (uintptr_t)memory + 8 * w;
    for (int twice = 0; twice < 2; twice++) {
      shadow_clear(at, 8);
      for (int i = 0; i < 4; i++) {
        race_cur = g[i];
        access_check_within(g[i], at, CELL_READ | 0x01, PC);
      }
      epoch_end(g[3]);
      access_check_within(g[3], (uintptr_t)&memory[1024], 0x01, PC + 1);  // epoch and context are there then
      nreports = 0;
      access_check_within(g[3], at, 0x01, PC + 1);
      assert_int_equal(nreports, 1);  // one pair of places
    }
  }
  race_cur = NULL;
  for (int i = 0; i < 4; i++) race_g_drop(g[i]);
  shadow_clear((uintptr_t)memory, sizeof memory);
}

// A struct initialised field by field is one cell, and each byte knows its own pc.
static void test_composite(void **state) {
  race_g *a = lone(), *b = lone();
  for (int i = 0; i < 8; i++) access_check(a, (uintptr_t)base + i, 1, ACCESS_WRITE, PC + i);
  assert_int_equal(word_get(shadow_of((uintptr_t)base), 1), 0);
  for (int i = 7; i >= 0; i--) {
    uintptr_t pc;
    nreports = 0;
    access_check(b, (uintptr_t)base + i, 1, ACCESS_READ, PC + 100);
    assert_int_equal(nreports, 1);
    assert_int_equal(ctx_stack(reports[0].previous.ctx, reports[0].previous.byte, &pc, 1, NULL), 1);
    assert_int_equal(pc, PC + i);
    assert_int_equal(reports[0].previous.addr, (uintptr_t)base + i);
    assert_int_equal(reports[0].previous.size, 1);
  }
  race_g_drop(a);
  race_g_drop(b);
  shadow_clear((uintptr_t)base, BYTES);
}

// A thousand readers that nothing orders: each is remembered, and a writer ordered after all but one
// races with that one.
static void test_thousand_readers(void **state) {
  enum { N = 1000 };
  static race_g *r[N];
  race_g *w = lone();
  for (int i = 0; i < N; i++) {
    r[i] = lone();
    access_check(r[i], (uintptr_t)base, 8, ACCESS_READ, PC + i);
    assert_true(word_is_valid(shadow_of((uintptr_t)base)));
  }
  for (int i = 0; i < N; i++) {
    epoch_end(r[i]);
    if (i != 617) vclock_join(&w->vc, &r[i]->vc);
  }
  nreports = 0;
  access_check(w, (uintptr_t)base, 8, ACCESS_WRITE, PC + N);
  assert_int_equal(nreports, 1);
  uintptr_t pc;
  ctx_stack(reports[0].previous.ctx, 0, &pc, 1, NULL);
  assert_int_equal(pc, PC + 617);
  assert_int_equal(nodes_live(), 0);
  for (int i = 0; i < N; i++) race_g_drop(r[i]);
  race_g_drop(w);
  shadow_clear((uintptr_t)base, BYTES);
}

// shares checks that the page's roster counts just the words that have each of its entries.
static void shares(const char *page) {
  const struct roster *r = NULL;
  unsigned count[ROSTER_MAX] = {0};
  for (int k = 0; k < SHADOW_PAGE_WORDS; k++) {
    uint64_t c = word_get(shadow_of((uintptr_t)page + 8 * k), 1);
    if (!cell_is_node(c) || !node_is_set(node_of(c))) continue;
    assert_true(!r || r == set_roster(node_of(c)));
    r = set_roster(node_of(c));
    for (unsigned i = 0; i < ROSTER_MAX; i++) count[i] += set_has(node_of(c), i);
  }
  assert_non_null(r);
  assert_true(roster_is_valid(r));
  for (unsigned i = 0; i < r->top; i++) assert_int_equal(count[i], r->count[i]);
}

// Readers share all words of a page, each word with a few of its own, in halves and whole; sets are what
// remembers them. The one that the writer is not ordered after is found, on the word that it read.
static void test_shared_readers(void **state) {
  enum { N = 40, SHARED = 64, TABLE = 600 };
  static race_g *r[TABLE];
  char *page = memory + SHADOW_PAGE_APP;
  race_g *w = lone();
  for (int i = 0; i < TABLE; i++) r[i] = lone();
  for (int i = 0; i < N; i++)
    for (int k = 0; k < SHARED; k++) {
      uintptr_t at = (uintptr_t)page + 8 * ((k * 7 + i) % SHARED);
      if ((i + k) % 10 == 0) continue;
      access_check(r[i], at + 4 * (k % 2), 4, ACCESS_READ, PC + i);
      access_check(r[i], at, k % 3 ? 8 : 1, ACCESS_READ, PC + i + k % 4);
    }
  for (int k = 0; k < SHARED; k++) {
    struct word *word = shadow_of((uintptr_t)page + 8 * k);
    assert_true(cell_is_node(word_get(word, 1)) && node_is_set(node_of(word_get(word, 1))));
    assert_true(word_is_valid(word));
  }
  shares(page);
  for (int i = N; i < TABLE; i++) access_check(r[i], (uintptr_t)page + 8, 8, ACCESS_READ, PC + i);
  assert_false(node_is_set(node_of(word_get(shadow_of((uintptr_t)page + 8), 1))));
  assert_true(node_is_set(node_of(word_get(shadow_of((uintptr_t)page + 16), 1))));
  shares(page);
  access_check(r[550], (uintptr_t)page + 8 * 5 + 6, 1, ACCESS_READ, PC + 1000);
  for (int i = 0; i < TABLE; i++) {
    epoch_end(r[i]);
    if (i != 550) vclock_join(&w->vc, &r[i]->vc);
  }
  nreports = 0;
  range_check(w, (uintptr_t)page, 8 * SHARED, ACCESS_WRITE, PC + 2000);
  assert_int_equal(nreports, 2);  // of words 1 and 5
  assert_int_equal(reports[0].previous.addr, (uintptr_t)page + 8);
  assert_int_equal(reports[1].previous.addr, (uintptr_t)page + 8 * 5 + 6);
  assert_int_equal(nodes_live(), 0);
  for (int i = 0; i < TABLE; i++) race_g_drop(r[i]);
  race_g_drop(w);
  shadow_clear((uintptr_t)page, 8 * SHARED);
}

// Of many readers of a word all but the last are ordered after its write. Before, one of them turned its
// own atomic read into a plain one, for which the only set of its page is made anew.
static void test_last_reader(void **state) {
  enum { N = 100 };
  static race_g *r[N];
  race_g *w = lone();
  access_check(w, (uintptr_t)base, 8, ACCESS_WRITE, PC);
  epoch_end(w);
  for (int i = 0; i < N; i++) {
    r[i] = lone();
    if (i < N - 1) vclock_join(&r[i]->vc, &w->vc);
  }
  nreports = 0;
  for (int i = 0; i < N - 1; i++) access_check(r[i], (uintptr_t)base, 8, ACCESS_READ | ACCESS_ATOMIC * (i == 50), PC + 1);
  access_check(r[50], (uintptr_t)base, 4, ACCESS_READ, PC + 1);
  shares((char *)((uintptr_t)base & ~(SHADOW_PAGE_APP - 1ull)));
  assert_true(word_is_valid(shadow_of((uintptr_t)base)));
  assert_int_equal(nreports, 0);
  access_check(r[N - 1], (uintptr_t)base, 8, ACCESS_READ, PC + 2);
  assert_int_equal(nreports, 1);
  for (int i = 0; i < N; i++) race_g_drop(r[i]);
  race_g_drop(w);
  shadow_clear((uintptr_t)base, BYTES);
  assert_int_equal(nodes_live(), 0);
}

// A reader's older read comes before another's atomic write in a list of which half of the bytes, and with them the newest
// entry, are cleared: it asks about the write all the same.
static void test_read_of_a_cleared_list(void **state) {
  race_g *a = lone(), *b = lone(), *c = lone(), *d = lone(), *e = lone();
  for (int twice = 0; twice < 2; twice++) {  // the page has its favourite then
    for (int i = 0; i < 20; i++) access_check_within(a, (uintptr_t)base + 8, CELL_BYTES, PC);
    access_check_within(c, (uintptr_t)base, CELL_READ | 0x0f, PC + 3);
    access_check_within(d, (uintptr_t)base, CELL_READ | 0x0f, PC + 3);
    access_check_within(a, (uintptr_t)base, CELL_READ | 0xf0, PC + 1);
    epoch_end(a);
    vclock_join(&b->vc, &a->vc);
    race_cur = a;
    access_check_within(a, (uintptr_t)base + 8, CELL_READ | 0xf0, PC + 1);  // epoch and context are there then
    nreports = 0;
    access_check_within(b, (uintptr_t)base, CELL_ATOMIC | 0xf0, PC + 2);
    access_check_within(e, (uintptr_t)base, CELL_READ | 0x0f, PC + 3);
    assert_int_equal(nreports, 0);
    assert_true(cell_is_node(word_get(shadow_of((uintptr_t)base), 1)));
    shadow_clear((uintptr_t)base, 4);
    access_check_within(a, (uintptr_t)base, CELL_READ | 0xf0, PC + 1);
    assert_int_equal(nreports, 1);
    shadow_clear((uintptr_t)base, BYTES);
  }
  race_cur = NULL;
  race_g_drop(a), race_g_drop(b), race_g_drop(c), race_g_drop(d), race_g_drop(e);
}

// A large range: every page, every word, and an answer is not carried over words that differ.
static void test_long_range(void **state) {
  enum { N = 100032 };
  char *big = aligned_alloc(64, N);
  race_g *a = lone(), *b = lone();
  shadow_clear((uintptr_t)big, N);
  range_check(a, (uintptr_t)big + 3, N - 10, ACCESS_READ, PC);
  access_check(a, (uintptr_t)big + 5000, 1, ACCESS_WRITE, PC + 1);
  nreports = 0;
  range_check(b, (uintptr_t)big, N, ACCESS_READ, PC + 2);
  assert_int_equal(nreports, 1);
  assert_int_equal(reports[0].previous.addr, (uintptr_t)big + 5000);
  nreports = 0;
  range_check(b, (uintptr_t)big, 3, ACCESS_WRITE, PC + 3);
  range_check(b, (uintptr_t)big + N - 7, 7, ACCESS_WRITE, PC + 3);
  assert_int_equal(nreports, 0);
  access_check(b, (uintptr_t)big + 3, 1, ACCESS_WRITE, PC + 3);
  access_check(b, (uintptr_t)big + N - 8, 1, ACCESS_WRITE, PC + 3);
  assert_int_equal(nreports, 2);
  shadow_clear((uintptr_t)big, N);
  nreports = 0;
  range_check(b, (uintptr_t)big, N, ACCESS_WRITE | ACCESS_FREE, PC + 4);
  assert_int_equal(nreports, 0);
  range_check(a, (uintptr_t)big + 100, 1000, ACCESS_READ, PC + 5);
  assert_true(nreports > 0);
  shadow_clear((uintptr_t)big, N);
  race_g_drop(a);
  race_g_drop(b);
  free(big);
}

// Inside the detector (a signal handler that interrupted it) and while hidden nothing is checked.
static void test_inside_and_hidden(void **state) {
  race_g *a = lone(), *b = lone();
  access_check(a, (uintptr_t)base, 8, ACCESS_WRITE, PC);
  nreports = 0;
  race_inside = 1;
  access_check(b, (uintptr_t)base, 8, ACCESS_WRITE, PC);
  range_check(b, (uintptr_t)base, 16, ACCESS_WRITE, PC);
  race_inside = 0;
  race_cur = b;
  race_hidden = 1;
  access_check(b, (uintptr_t)base, 8, ACCESS_WRITE, PC);
  race_hidden = 0;
  race_cur = NULL;
  assert_int_equal(nreports, 0);
  access_check(b, (uintptr_t)base, 8, ACCESS_WRITE, PC);
  assert_int_equal(nreports, 1);
  race_g_drop(a);
  race_g_drop(b);
  shadow_clear((uintptr_t)base, BYTES);
}

int main(void) {
  race_init();
  race_cur = NULL;  // nothing is checked but what a test checks itself
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_composite),      cmocka_unit_test(test_thousand_readers),
      cmocka_unit_test(test_shared_readers), cmocka_unit_test(test_last_reader),
      cmocka_unit_test(test_read_of_a_cleared_list),
      cmocka_unit_test(test_reader_among_many_writes),
      cmocka_unit_test(test_long_range),     cmocka_unit_test(test_inside_and_hidden),
      cmocka_unit_test(test_plain),          cmocka_unit_test(test_atomics),
      cmocka_unit_test(test_mostly_ordered), cmocka_unit_test(test_never_ordered),
      cmocka_unit_test(test_readers),        cmocka_unit_test(test_scans),
      cmocka_unit_test(test_scan_every_step),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
