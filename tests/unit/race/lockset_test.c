// SPDX-License-Identifier: Apache-2.0
// lockset_test.c: the set of locks of an access is what was held at it, whatever came before and after in its epoch, and
// sets go with the epochs.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "access.h"
#include "clock.h"
#include "init.h"
#include "lockset.h"
#include "scan.h"
#include "shadow.h"

enum { LOCKS = 4, WORDS = 512 };

static uint64_t words[WORDS];
static char locks[1000];

// What the last report said of the earlier side.
static size_t nheld;
static uintptr_t held[LOCKSET_MAX];
static bool known;

void report_race(const struct race_report *r) {
  const struct lockset *s = r->previous.locks;
  known = s != &lockset_lost;
  nheld = 0;
  for (uint32_t i = 0; s && i < s->n; i++)
    if (lockset_is_told(&s->lock[i])) held[nheld++] = s->lock[i].lock;
}

static race_g *new_g(uint64_t goid) {
  race_g *g = race_g_new(NULL, ginfo_new(NULL, goid, 0, false));
  clock_start(g);
  return g;
}

static void put(race_g *g, int i) { access_check(g, (uintptr_t)&words[i], 8, ACCESS_WRITE, 0x1000); }
static void take(race_g *g, int lock) { lockset_taken(g, (uintptr_t)&locks[lock], LOCKED_MUTEX, 1); }
static void leave(race_g *g, int lock) {
  lockset_left(g, (uintptr_t)&locks[lock]);
  clock_publish(g);
}
static void forget(void) { shadow_clear((uintptr_t)words, sizeof words); }

// expect holds the set of the access to words[i] against a bitmap of locks.
static void expect(race_g *stranger, int i, unsigned want) {
  nheld = 99;
  put(stranger, i);
  unsigned got = 0;
  assert_true(nheld <= LOCKS && known);
  for (size_t k = 0; k < nheld; k++) got |= 1u << (held[k] - (uintptr_t)locks);
  assert_int_equal(got, want);
}

// Many random steps; each word's set is that of the locks held when it was written.
static void test_exact(void **state) {
  unsigned want[WORDS], held_now = 0;
  for (int round = 0; round < 200; round++) {
    race_g *g = new_g(1), *stranger = new_g(2);
    srand(round);
    held_now = 0;
    for (int i = 0; i < WORDS;) {
      int lock = rand() % LOCKS, what = rand() % 8;
      if (what < 3 && !(held_now & 1u << lock)) take(g, lock), held_now |= 1u << lock;
      else if (what < 5 && held_now & 1u << lock) leave(g, lock), held_now &= ~(1u << lock);
      else if (what == 5 && rand() % 64 == 0) scan_now();
      else if (what == 6) clock_publish(g);
      else put(g, i), want[i++] = held_now;
    }
    for (int i = 0; i < WORDS; i++) expect(stranger, i, want[i]);
    for (int lock = 0; lock < LOCKS; lock++)
      if (held_now & 1u << lock) leave(g, lock);
    race_g_drop(g);
    race_g_drop(stranger);
    forget();
  }
}

// A recursive lock is held until it was left as often as it was taken.
static void test_recursive(void **state) {
  race_g *g = new_g(1), *stranger = new_g(2);
  take(g, 0), take(g, 0), leave(g, 0);
  put(g, 0);
  leave(g, 0);
  put(g, 1);
  expect(stranger, 0, 1);
  expect(stranger, 1, 0);
  race_g_drop(g);
  race_g_drop(stranger);
  forget();
}

// A lock that another one unlocks would be held for ever: it is named no more.
static void test_handed(void **state) {
  enum { HANDED = 3 };
  race_g *g = new_g(1), *other = new_g(2), *stranger = new_g(3);
  take(g, HANDED), take(g, 1);
  leave(other, HANDED);
  put(g, 0);
  expect(stranger, 0, 1u << 1);
  race_g_drop(g);
  race_g_drop(other);
  race_g_drop(stranger);
  forget();
}

// As many sets as there are locks, each used once: they go when no cell has their epoch any more.
static void test_sets_go(void **state) {
  race_g *g = new_g(1);
  for (int i = 0; i < 4; i++) scan_now();
  size_t before = lockset_count();
  for (int i = 0; i < 500; i++) take(g, 10 + i), put(g, i % WORDS), leave(g, 10 + i);
  assert_true(lockset_count() >= before + 500);
  scan_now(), scan_now();
  assert_true(lockset_count() >= 500);
  forget();
  scan_now(), scan_now(), scan_now();
  assert_true(lockset_count() <= before + 64);  // what batches of ids still hold
  race_g_drop(g);
}

int main(void) {
  race_init();
  race_cur = NULL;  // nothing is checked but what a test checks itself
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_exact),
      cmocka_unit_test(test_recursive),
      cmocka_unit_test(test_sets_go),
      cmocka_unit_test(test_handed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
