// SPDX-License-Identifier: Apache-2.0
// finding_test.c: the id of a finding: of kinds and places, whichever side came first, wherever things lie.
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "finding.h"

static struct side a, b;
static char id[17], other[17];

static void make(struct side *s, unsigned flags, const char *func, const char *file, int line, int col) {
  memset(s, 0, sizeof *s);
  s->flags = flags;
  s->stack.n = 1;
  s->stack.frame[0] = (struct sym_frame){.func = func, .file = file, .line = line, .col = col, .module = "/tmp/prog"};
}

static const char *id_of(struct side *x, struct side *y, char *out) {
  side_hash(x);
  side_hash(y);
  finding_id(x, y, out);
  return out;
}

static int setup(void **state) {
  make(&a, ACCESS_WRITE, "put", "x.c", 10, 3);
  make(&b, ACCESS_READ, "get", "x.c", 20, 5);
  id_of(&a, &b, id);
  return 0;
}

static void is_sixteen_digits(void **state) {
  assert_int_equal(strlen(id), 16);
  assert_int_equal(strspn(id, "0123456789abcdef"), 16);
}

static void order_is_nothing(void **state) { assert_string_equal(id_of(&b, &a, other), id); }

// Addresses, offsets within a function, the module and the outer frames may differ from run to run.
static void what_changes_is_nothing(void **state) {
  a.addr = 0x7f0000001000;
  a.size = 8;
  a.stack.frame[0].offset = 77;
  a.stack.frame[0].module = "/elsewhere/prog";
  a.stack.frame[1] = (struct sym_frame){.func = "caller", .file = "y.c", .line = 1};
  a.stack.n = 2;
  assert_string_equal(id_of(&a, &b, other), id);
}

static void what_is_done_and_where_counts(void **state) {
  struct side was = a;
  a.flags = ACCESS_READ;
  assert_string_not_equal(id_of(&a, &b, other), id);
  a = was, a.flags = ACCESS_WRITE | ACCESS_ATOMIC;
  assert_string_not_equal(id_of(&a, &b, other), id);
  a = was, a.stack.frame[0].line = 11;
  assert_string_not_equal(id_of(&a, &b, other), id);
  a = was, a.stack.frame[0].col = 4;
  assert_string_not_equal(id_of(&a, &b, other), id);
  a = was, a.stack.frame[0].func = "puts";
  assert_string_not_equal(id_of(&a, &b, other), id);
  a = was, a.stack.frame[0].file = "z.c";
  assert_string_not_equal(id_of(&a, &b, other), id);
  a = was;
  assert_string_equal(id_of(&a, &b, other), id);
}

// A function that is inlined in two places is two places.
static void inlined_frames_count(void **state) {
  a.stack.frame[0].inlined = true;
  a.stack.frame[1] = (struct sym_frame){.func = "caller", .file = "y.c", .line = 1};
  a.stack.n = 2;
  id_of(&a, &b, id);
  a.stack.frame[1].line = 2;
  assert_string_not_equal(id_of(&a, &b, other), id);
}

// Which side does what counts: a pair of sets is not a set of pairs.
static void sides_stay_apart(void **state) {
  a.flags = ACCESS_READ, b.flags = ACCESS_WRITE;
  assert_string_not_equal(id_of(&a, &b, other), id);
}

// Whether the earlier write was a free is not always known.
static void a_free_is_a_write(void **state) {
  a.flags = ACCESS_WRITE | ACCESS_FREE;
  assert_string_equal(id_of(&a, &b, other), id);
}

// Without lines a place is an offset in a file, wherever that lies.
static void without_lines(void **state) {
  make(&a, ACCESS_WRITE, NULL, NULL, 0, 0);
  a.stack.frame[0].offset = 0x1234;
  id_of(&a, &b, id);
  a.stack.frame[0].module = "/elsewhere/prog";
  assert_string_equal(id_of(&a, &b, other), id);
  a.stack.frame[0].offset = 0x1235;
  assert_string_not_equal(id_of(&a, &b, other), id);
}

static void kinds(void **state) {
  assert_string_equal(access_kind(ACCESS_READ), "read");
  assert_string_equal(access_kind(ACCESS_WRITE), "write");
  assert_string_equal(access_kind(ACCESS_READ | ACCESS_ATOMIC), "atomic read");
  assert_string_equal(access_kind(ACCESS_WRITE | ACCESS_ATOMIC), "atomic write");
  assert_string_equal(access_kind(ACCESS_WRITE | ACCESS_FREE), "free");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup(name, setup)
  const struct CMUnitTest tests[] = {
      TEST(is_sixteen_digits), TEST(order_is_nothing),  TEST(what_changes_is_nothing), TEST(what_is_done_and_where_counts),
      TEST(inlined_frames_count), TEST(sides_stay_apart), TEST(a_free_is_a_write),     TEST(without_lines),
      TEST(kinds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
