// SPDX-License-Identifier: Apache-2.0
// json_test.c: the record of a finding, byte for byte, and what becomes of names that JSON cannot hold.
// (tests/report reads records of real runs back with jansson.)
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "format.h"

static struct race_access write_access = {.addr = 0x1000, .size = 4, .flags = ACCESS_WRITE};
static struct race_access read_access = {.addr = 0x1000, .size = 8, .flags = ACCESS_READ};
static struct finding f;
static struct text t;

static void make_side(struct side *s, struct race_access *a, const char *func, uint64_t hash) {
  *s = (struct side){.access = a, .flags = a->flags, .addr = a->addr, .size = a->size, .hash = hash, .stack.n = 1};
  s->stack.frame[0] = (struct sym_frame){.func = func, .file = "x.c", .line = 3, .col = 4, .module = "prog", .offset = 5};
}

static int setup(void **state) {
  memset(&f, 0, sizeof f);
  strcpy(f.id, "0123456789abcdef");
  f.addr = 0x1000;
  make_side(&f.current, &write_access, "put", 1);
  make_side(&f.previous, &read_access, "get", 2);
  t.n = 0;
  return 0;
}

static const char *record(void) {
  t.n = 0;
  format_json(&t, &f);
  text_addn(&t, "", 1);
  return t.at;
}

#define FRAME(f) "{\"func\":" f ",\"file\":\"x.c\",\"line\":3,\"col\":4,\"inlined\":false,\"module\":\"prog\",\"offset\":5}"
#define NOBODY "\"goroutine\":null,\"thread\":null,\"folded\":false,\"source\":null,"
#define NO_LOCKS "\"locks_known\":true,\"locks\":[]"
#define PUT(previous) \
  "{\"kind\":\"write\",\"size\":4,\"addr\":\"0x1000\",\"previous\":" previous "," NOBODY "\"stack\":[" FRAME("\"put\"") "]," NO_LOCKS "}"
#define GET(previous) \
  "{\"kind\":\"read\",\"size\":8,\"addr\":\"0x1000\",\"previous\":" previous "," NOBODY "\"stack\":[" FRAME("\"get\"") "]," NO_LOCKS "}"
#define RECORD(accesses, variable)                                                                     \
  "{\"id\":\"0123456789abcdef\",\"kind\":\"race\",\"accesses\":[" accesses "],\"variable\":{" variable \
  "},\"last_sync\":{\"how\":\"unknown\"},\"goroutines\":[]}\n"

static void whole_record(void **state) {
  assert_string_equal(record(), RECORD(PUT("false") "," GET("true"), "\"kind\":\"unknown\""));
}

// The two accesses are in the same order in every run.
static void same_order(void **state) {
  make_side(&f.current, &read_access, "get", 2);
  make_side(&f.previous, &write_access, "put", 1);
  assert_string_equal(record(), RECORD(PUT("true") "," GET("false"), "\"kind\":\"unknown\""));
}

static void variables(void **state) {
  f.variable.where = WHERE_GLOBAL;
  f.variable.data = (struct sym_data){.name = "g", .size = 16, .file = "x.c", .line = 9, .path = "[1].a"};
  f.variable.offset = 8;
  assert_non_null(strstr(record(), "\"variable\":{\"kind\":\"global\",\"name\":\"g\",\"path\":\"[1].a\",\"file\":\"x.c\",\"line\":9,"
                                   "\"offset\":8,\"size\":16}"));
  f.variable.where = WHERE_HEAP;
  f.variable.block = (struct heap_block){.start = 0x2000, .size = 64, .goid = 7, .is_freed = true};
  assert_non_null(strstr(record(), "\"variable\":{\"kind\":\"heap\",\"offset\":8,\"size\":64,\"block\":\"0x2000\",\"freed\":true,"
                                   "\"goroutine\":7,\"thread\":false,\"alloc_stack\":[],\"free_stack\":[]}"));
  struct ginfo who = {.goid = 3, .is_thread = true};
  f.variable.where = WHERE_STACK;
  f.variable.owner = &who;
  assert_non_null(strstr(record(), "\"variable\":{\"kind\":\"stack\",\"goroutine\":3,\"thread\":true}"));
}

static void expect_name(const char *name, const char *written) {
  char want[200];
  snprintf(want, sizeof want, "\"stack\":[{\"func\":%s,\"file\"", written);
  f.current.stack.frame[0].func = name;
  assert_non_null(strstr(record(), want));
}

static void strings(void **state) {
  expect_name(NULL, "null");
  expect_name("", "\"\"");
  expect_name("a\"b\\c", "\"a\\\"b\\\\c\"");
  expect_name("\x01\n\x1f\x7f", "\"\\u0001\\u000a\\u001f\x7f\"");
  expect_name("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"");
}

static void not_utf8(void **state) {
  expect_name("a\xff" "b", "\"a\\ufffdb\"");
  expect_name("\xc3", "\"\\ufffd\"");                      // cut off
  expect_name("\xe2\x82", "\"\\ufffd\\ufffd\"");
  expect_name("\xc0\xaf", "\"\\ufffd\\ufffd\"");           // too long a form
  expect_name("\xe0\x80\x80", "\"\\ufffd\\ufffd\\ufffd\"");
  expect_name("\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"");  // a surrogate
  expect_name("\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
  expect_name("\x80", "\"\\ufffd\"");
}

// A text larger than its first room.
static void long_name(void **state) {
  static char name[100001];
  memset(name, 'x', sizeof name - 1);
  f.current.stack.frame[0].func = name;
  const char *r = record();
  assert_true(strlen(r) > sizeof name);
  assert_int_equal(r[strlen(r) - 1], '\n');
  assert_non_null(strstr(r, name));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup(name, setup)
  const struct CMUnitTest tests[] = {
      TEST(whole_record), TEST(same_order), TEST(variables), TEST(strings), TEST(not_utf8), TEST(long_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
