// SPDX-License-Identifier: Apache-2.0
// roster_test.c: a roster against a plain list of entries and counts.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "roster.h"

enum { ENTRIES = 700 };

static uint64_t seed = 1;

static uint64_t dice(uint64_t n) {
  seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
  return seed % n;
}

// Five entries an epoch, so that a search has to tell them apart.
static uint64_t entry(unsigned i) { return (uint64_t)(1 + i / 5) << EPOCH_SHIFT | (i % 5) << 10 | 0x1ff; }

static int index_of(const struct roster *r, uint64_t c) {
  unsigned at = roster_first(r, c >> EPOCH_SHIFT);
  for (int i; (i = roster_next(r, c >> EPOCH_SHIFT, &at)) != ROSTER_NONE;)
    if (r->cell[i] == c) return i;
  return ROSTER_NONE;
}

// random_steps takes and drops at random, mostly taking while `up`; the number of entries in use.
static unsigned random_steps(struct roster *r, unsigned *count, int steps, bool up) {
  unsigned live = 0;
  for (unsigned i = 0; i < ENTRIES; i++) live += count[i] > 0;
  for (int s = 0; s < steps; s++) {
    unsigned i = dice(ENTRIES);
    int at = index_of(r, entry(i));
    assert_int_equal(at != ROSTER_NONE, count[i] > 0);
    if (dice(3) ? up : !up) {
      int got = roster_take(r, entry(i));
      assert_int_equal(got == ROSTER_NONE, !count[i] && live == ROSTER_MAX);
      if (got == ROSTER_NONE) continue;
      assert_true(!count[i] || got == at);
      live += !count[i]++;
    } else if (count[i] && live > 1) {
      assert_false(roster_drop(r, at));
      live -= !--count[i];
    }
    assert_int_equal(r->live, live);
  }
  return live;
}

static void test_against_a_list(void **state) {
  static unsigned count[ENTRIES];
  struct roster *r = roster_new();
  unsigned most = 0;
  for (int round = 0; round < 20; round++) {
    unsigned live = random_steps(r, count, 4000, round % 2 == 0);
    if (live > most) most = live;
    assert_true(roster_is_valid(r));
  }
  assert_int_equal(most, ROSTER_MAX);
  for (unsigned i = 0, left = r->live; i < ENTRIES; i++)
    for (int at = index_of(r, entry(i)); count[i]; count[i]--)
      assert_int_equal(roster_drop(r, at), count[i] == 1 && --left == 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_a_list)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
