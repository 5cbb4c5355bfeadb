// SPDX-License-Identifier: Apache-2.0
// frames_test.c: whose frames a stack has, and how they are written.
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "frames.h"
#include "options.h"
#include "race/report.h"

#define NOINLINE __attribute__((noinline))

static uintptr_t pcs[3];

NOINLINE static uintptr_t here(void) { return (uintptr_t)__builtin_return_address(0); }
NOINLINE static uintptr_t inner(void) {
  uintptr_t pc = here();
  __asm__("");
  return pc;
}
// What has a name of the switch's is crun's own, wherever it was compiled.
NOINLINE uintptr_t cr_go_of_a_test(void);
uintptr_t cr_go_of_a_test(void) {
  uintptr_t pc = here();
  __asm__("");
  return pc;
}

static struct stack s;

static void own_frames_are_left_out(void **state) {
  pcs[0] = (uintptr_t)report_tell + 1;  // of race/tell
  pcs[1] = inner();
  pcs[2] = cr_go_of_a_test();
  stack_symbolize(pcs, 3, false, &s);
  assert_int_equal(s.n, 1);
  assert_string_equal(s.frame[0].func, "inner");
  assert_false(s.folded);
  stack_symbolize(pcs, 0, false, &s);
  assert_int_equal(s.n, 0);
}

// The first pc may be of an instruction, the others are where calls return to: at the end of a function that is
// the next function already.
static void what_a_pc_stands_for(void **state) {
  pcs[0] = pcs[1] = (uintptr_t)inner;
  stack_symbolize(pcs, 1, false, &s);
  assert_string_equal(s.frame[0].func, "inner");
  stack_symbolize(pcs, 1, true, &s);
  assert_true(s.n == 0 || !s.frame[0].func || strcmp(s.frame[0].func, "inner") != 0);
}

static void where_stacks_begin(void **state) {
  static const char *const bottoms[] = {"cr_go_entry", "cr_go_return", "thread_main", "_start", "start_thread"};
  for (size_t i = 0; i < sizeof bottoms / sizeof *bottoms; i++)
    assert_true(stack_is_bottom(&(struct sym_frame){.func = bottoms[i]}));
  assert_false(stack_is_bottom(&(struct sym_frame){.func = "main"}));
}

static const char *text_of(const char *none) {
  static struct text t;
  t.n = 0;
  text_stack(&t, &s, none);
  text_addn(&t, "", 1);
  return t.at;
}

static void as_text(void **state) {
  s.n = 4;
  s.folded = true;
  s.frame[0] = (struct sym_frame){.func = "f", .file = "/src/x.c", .line = 3, .col = 4, .inlined = true, .offset = 16};
  s.frame[1] = (struct sym_frame){.func = "g", .file = "/src/x.c", .line = 5, .offset = 16};
  s.frame[2] = (struct sym_frame){.func = "h", .module = "/lib/libh.so", .offset = 7};
  s.frame[3] = (struct sym_frame){.module = "/lib/libi.so", .build_id = "ab01", .offset = 9};
  race_options.strip_path_prefix = "/src/";
  assert_string_equal(text_of("nobody"), "  f() [inlined]\n      x.c:3:4 +0x10\n  g()\n      x.c:5 +0x10\n"
                                         "  h()\n      /lib/libh.so +0x7\n  /lib/libi.so+0x9 (BuildId: ab01)\n"
                                         "  [levels of recursion left out]\n");
  race_options.strip_path_prefix = "";
  s.n = 0, s.folded = false;
  assert_string_equal(text_of("nobody"), "  [nobody]\n");
  s.n = 1, s.frame[0] = (struct sym_frame){.offset = 5};
  assert_string_equal(text_of("nobody"), "  ?+0x5\n");
}

static void as_json(void **state) {
  struct text t = {0};
  s.n = 1;
  s.frame[0] = (struct sym_frame){.module = "a\"b\\\n\xff\xc3\xa9", .build_id = "ab01", .offset = 9};
  json_stack(&t, "stack", &s);
  text_add(&t, ",");
  json_number(&t, "n", 0);
  text_add(&t, ",");
  json_number(&t, "m", UINT64_MAX);
  text_addn(&t, "", 1);
  assert_string_equal(t.at, "\"stack\":[{\"func\":null,\"file\":null,\"line\":0,\"col\":0,\"inlined\":false,"
                            "\"module\":\"a\\\"b\\\\\\u000a\\ufffd\xc3\xa9\",\"build_id\":\"ab01\",\"offset\":9}],"
                            "\"n\":null,\"m\":18446744073709551615");
  text_free(&t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(own_frames_are_left_out), cmocka_unit_test(what_a_pc_stands_for),
      cmocka_unit_test(where_stacks_begin),      cmocka_unit_test(as_text),
      cmocka_unit_test(as_json),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
