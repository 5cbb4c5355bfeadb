// SPDX-License-Identifier: Apache-2.0
// id_test.c: sets of hashes that grow, and what of a stack makes a place. (finding_test.c has the ids of races.)
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "id.h"

// A set against a table of what was put in.
static void sets(void **state) {
  enum { RANGE = 5000, ROUNDS = 20000 };
  static bool in[RANGE];
  struct set s = {0};
  size_t n = 0;
  srand(3);
  for (int i = 0; i < ROUNDS; i++) {
    uint64_t k = (uint64_t)rand() % RANGE;
    assert_int_equal(set_add(&s, (k + 1) << 32 | 1), !in[k]);  // many share their lower bits
    n += !in[k];
    in[k] = true;
    assert_int_equal(s.n, n);
  }
  assert_in_range(n, 4000, RANGE);
  assert_in_range(s.cap, n * 4 / 3, 1 << 16);
}

static struct stack a, b;

static bool alike(void) { return hash_place(HASH_START, &a) == hash_place(HASH_START, &b); }

static void places(void **state) {
  a.n = b.n = 2;
  a.frame[0] = b.frame[0] = (struct sym_frame){.func = "f", .file = "x.c", .line = 1, .col = 2, .inlined = true};
  a.frame[1] = b.frame[1] = (struct sym_frame){.func = "g", .file = "x.c", .line = 5, .col = 6};
  assert_true(alike());
  b.frame[1].line = 7;
  assert_false(alike());  // another copy of the inlined function
  a.frame[0].inlined = b.frame[0].inlined = false;
  assert_true(alike());  // another caller
  b.frame[0].offset = 8, b.frame[0].module = "/bin/x";
  assert_true(alike());
  b.n = 0;
  assert_false(alike());
}

// "ab" and "c" are not "a" and "bc"; nil is the empty string.
static void strings(void **state) {
  assert_true(hash_string(hash_string(HASH_START, "ab"), "c") != hash_string(hash_string(HASH_START, "a"), "bc"));
  assert_true(hash_string(HASH_START, NULL) == hash_string(HASH_START, ""));
}

static void digits(void **state) {
  char id[ID_DIGITS + 1];
  id_write(0x00fedcba98765432, id);
  assert_string_equal(id, "00fedcba98765432");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sets),
      cmocka_unit_test(places),
      cmocka_unit_test(strings),
      cmocka_unit_test(digits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
