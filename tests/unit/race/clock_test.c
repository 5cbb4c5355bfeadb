// SPDX-License-Identifier: Apache-2.0
// clock_test.c holds acquire and release against sets of past events, with goroutines that come, go
// and reuse slots: an access must count as ordered exactly when the model knows it happened before.
#include "clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "epoch.h"
#include "ginfo.h"
#include "init.h"
#include "scan.h"

enum { SERIALS = 400, ALIVE = 9, SYNCS = 7, EVENTS = 6000, STEPS = 6000 };

struct known {
  uint32_t upto[SERIALS];  // by goroutine: how many of its accesses happened before
};
struct event {
  uint32_t serial, number, slot, clk;
};
struct runner {
  race_g *g;
  uint32_t serial;
  struct known known;
};

static struct runner runner[ALIVE];
static struct known sync_known[SYNCS];
static char sync_byte[SYNCS];
static struct event event[EVENTS];
static uint32_t accesses[SERIALS], events, serials, alive;

static uint64_t seed = 88172645463325252u;
static uint32_t rnd(uint32_t n) {
  seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
  return (uint32_t)(seed >> 11) % n;
}

static void learn(struct known *a, const struct known *b) {
  for (uint32_t i = 0; i < serials; i++)
    if (a->upto[i] < b->upto[i]) a->upto[i] = b->upto[i];
}

static void begin(struct runner *parent, bool near_the_end) {
  struct runner *r = &runner[alive++];
  memset(r, 0, sizeof *r);
  r->serial = serials++;
  r->g = race_g_new(parent ? parent->g : NULL, ginfo_new(NULL, r->serial, 0, false));
  if (near_the_end) r->g->clk = UINT32_MAX - 1 - rnd(6);
  clock_start(r->g);
  if (!parent) return;
  clock_fork(parent->g, r->g);
  r->known = parent->known;
}

static void end(uint32_t i) {
  race_g_drop(runner[i].g);
  runner[i] = runner[--alive];
}

static void access_by(struct runner *r) {
  if (events == EVENTS) return;
  epoch_open(r->g);
  uint32_t n = ++accesses[r->serial];
  r->known.upto[r->serial] = n;
  event[events++] = (struct event){r->serial, n, r->g->slot, r->g->clk};
}

static bool ordered(const race_g *g, const struct event *e) {
  return e->slot == g->slot || vclock_get(&g->vc, e->slot) >= e->clk;
}

static void verify(const struct runner *r, const struct event *e) {
  bool expected = r->known.upto[e->serial] >= e->number, got = ordered(r->g, e);
  if (got != expected)
    fail_msg("access %u of g%u (slot %u clk %u) for g%u: %s, must be %s", e->number, e->serial, e->slot, e->clk,
             r->serial, got ? "ordered" : "unordered", expected ? "ordered" : "unordered");
}

static void synchronize(struct runner *r) {
  uint32_t s = rnd(SYNCS);
  uintptr_t addr = (uintptr_t)&sync_byte[s];
  switch (rnd(5)) {
  case 0:
    g_release(r->g, addr);
    sync_known[s] = r->known;
    break;
  case 1:
    g_release_merge(r->g, addr);
    learn(&sync_known[s], &r->known);
    break;
  case 2:
    g_release_acquire(r->g, addr);
    learn(&r->known, &sync_known[s]);
    sync_known[s] = r->known;
    break;
  default:
    g_acquire(r->g, addr);
    learn(&r->known, &sync_known[s]);
  }
}

// A scan finds the shadow empty here, so it gives the slots of all who ended to whoever comes; what
// they did is not asked for any more, but what they released still holds.
static void scan(void) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < events; i++)
    for (uint32_t a = 0; a < alive; a++)
      if (runner[a].serial == event[i].serial) {
        event[kept++] = event[i];
        break;
      }
  events = kept;
  scan_now();
}

static void walk(bool used_up, bool scans) {
  memset(sync_known, 0, sizeof sync_known);
  memset(accesses, 0, sizeof accesses);
  events = serials = alive = 0;
  begin(NULL, used_up);
  for (uint32_t step = 0; step < STEPS; step++) {
    struct runner *r = &runner[rnd(alive)];
    uint32_t what = rnd(100);
    if (what < 30) access_by(r);
    else if (what < 93) synchronize(r);
    else if (what < 97 && alive < ALIVE && serials < SERIALS) begin(r, used_up && rnd(2));
    else if (alive > 1) end((uint32_t)(r - runner));
    if (scans && rnd(50) == 0) scan();
    for (uint32_t i = 0; i < alive; i++) {
      assert_true(vclock_is_valid(&runner[i].g->vc));
      assert_true(vclock_get(&runner[i].g->vc, runner[i].g->slot) < runner[i].g->clk);
      for (uint32_t k = 0; k < 20 && events; k++) verify(&runner[i], &event[rnd(events)]);
    }
  }
  for (uint32_t i = 0; i < alive; i++)
    for (uint32_t k = 0; k < events; k++) verify(&runner[i], &event[k]);
  while (alive) end(0);
  syncvar_forget((uintptr_t)sync_byte, sizeof sync_byte);
}

static void exactly_what_happened_before(void **state) {
  (void)state;
  for (int i = 0; i < 25; i++) walk(false, i % 2);
}

static void clocks_that_are_used_up(void **state) {
  (void)state;
  for (int i = 0; i < 25; i++) walk(true, i % 2);
}

// An epoch ends at a release only if something was recorded or learnt in it.
static void quiet_releases_burn_no_clocks(void **state) {
  (void)state;
  events = serials = alive = 0;
  begin(NULL, false);
  race_g *g = runner[0].g;
  uintptr_t addr = (uintptr_t)&sync_byte[0];
  g_release(g, addr);
  uint32_t clk = g->clk;
  for (int i = 0; i < 1000; i++) g_acquire(g, addr), g_release(g, addr);
  assert_int_equal(g->clk, clk);
  assert_int_equal(g->cur, 0);
  access_by(&runner[0]);
  g_release(g, addr);
  assert_int_equal(g->clk, clk + 1);
  end(0);
  syncvar_forget(addr, 1);
}

// The accesses after a release are not published by it: the off-by-one that misses races.
static void a_release_does_not_cover_what_follows(void **state) {
  (void)state;
  events = serials = alive = 0;
  begin(NULL, false);
  begin(&runner[0], false);
  uintptr_t addr = (uintptr_t)&sync_byte[1];
  for (int i = 0; i < 4; i++) {
    if (i & 1) access_by(&runner[0]);
    g_release(runner[0].g, addr);
    access_by(&runner[0]);
    g_acquire(runner[1].g, addr);
    assert_false(ordered(runner[1].g, &event[events - 1]));
    if (events > 1) assert_true(ordered(runner[1].g, &event[events - 2]));
  }
  end(1), end(0);
  syncvar_forget(addr, 1);
}

// begin_with makes a goroutine that gets the given slot, which is free: among as many as it takes.
static void begin_with(struct runner *parent, uint32_t slot) {
  enum { MANY = 20000 };
  static race_g *other[MANY];
  uint32_t others = 0;
  for (;;) {
    begin(parent, false);
    serials--;  // as if the misses had never been
    if (runner[alive - 1].g->slot == slot) break;
    assert_true(others < MANY);
    other[others++] = runner[--alive].g;
  }
  serials++;
  while (others) race_g_drop(other[--others]);
}

// A stamp of a slot's former owner must not let the new owner, or who knows it, skip an acquire.
static void a_former_owners_stamp_says_nothing(void **state) {
  (void)state;
  events = serials = alive = 0;
  begin(NULL, false);
  begin(&runner[0], false);  // 1 writes
  begin(&runner[0], false);  // 2 relays what it learnt, and ends
  access_by(&runner[1]);
  struct event written = event[0];
  g_release(runner[1].g, (uintptr_t)&sync_byte[3]);
  g_acquire(runner[2].g, (uintptr_t)&sync_byte[3]);
  g_release(runner[2].g, (uintptr_t)&sync_byte[4]);
  uint32_t slot = runner[2].g->slot;
  end(2);
  scan();
  scan();
  begin_with(&runner[0], slot);  // main has not learnt of its past
  access_by(&runner[2]);
  g_release(runner[2].g, (uintptr_t)&sync_byte[5]);
  g_acquire(runner[0].g, (uintptr_t)&sync_byte[5]);
  assert_false(ordered(runner[0].g, &written));
  g_acquire(runner[0].g, (uintptr_t)&sync_byte[4]);
  assert_true(ordered(runner[0].g, &written));
  assert_false(ordered(runner[2].g, &written));
  g_acquire(runner[2].g, (uintptr_t)&sync_byte[4]);
  assert_true(ordered(runner[2].g, &written));
  while (alive) end(0);
  syncvar_forget((uintptr_t)sync_byte, sizeof sync_byte);
}

// Nor may it make a goroutine give up what it knows for the clock of a slot's next owner.
static void a_former_owners_stamp_is_not_covered_by_the_next(void **state) {
  (void)state;
  events = serials = alive = 0;
  begin(NULL, false);
  begin(&runner[0], false);  // 1 writes
  begin(&runner[0], false);  // 2 learns what 2's slot relays, and nothing else
  begin(&runner[0], false);  // 3 relays, and ends
  access_by(&runner[1]);
  struct event written = event[0];
  g_release(runner[1].g, (uintptr_t)&sync_byte[3]);
  g_acquire(runner[3].g, (uintptr_t)&sync_byte[3]);
  g_release(runner[3].g, (uintptr_t)&sync_byte[4]);
  g_acquire(runner[2].g, (uintptr_t)&sync_byte[4]);
  uint32_t slot = runner[3].g->slot;
  end(3);
  scan();
  scan();
  begin_with(&runner[0], slot);
  access_by(&runner[3]);
  g_release(runner[3].g, (uintptr_t)&sync_byte[5]);
  g_acquire(runner[2].g, (uintptr_t)&sync_byte[5]);
  assert_true(ordered(runner[2].g, &written));
  while (alive) end(0);
  syncvar_forget((uintptr_t)sync_byte, sizeof sync_byte);
}

static int set_up(void **state) {
  (void)state;
  race_init();
  race_cur = NULL;
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exactly_what_happened_before),
      cmocka_unit_test(clocks_that_are_used_up),
      cmocka_unit_test(quiet_releases_burn_no_clocks),
      cmocka_unit_test(a_release_does_not_cover_what_follows),
      cmocka_unit_test(a_former_owners_stamp_says_nothing),
      cmocka_unit_test(a_former_owners_stamp_is_not_covered_by_the_next),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
