// SPDX-License-Identifier: Apache-2.0
// callsite_test.c: calls as words: the same way gives the same one, and each keeps the stack that it was noted with.
#include "diag/deadlock/callsite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sched/sched.h"

#define NOINLINE __attribute__((noinline))
static volatile int after;  // so that no call is in place of a return

// is_public stands for a function of the runtime's.
NOINLINE static callsite is_public(void) {
  callsite at = callsite_here(getg());
  callsite_note(at);
  after++;
  return at;
}

NOINLINE static callsite calls(void) {
  callsite at = is_public();
  after++;
  return at;
}

NOINLINE static callsite one_way(void) {
  callsite at = calls();
  after++;
  return at;
}

NOINLINE static callsite other_way(void) {
  callsite at = calls();
  after++;
  return at;
}

// deeper calls fn below n frames of its own: cmocka's have no frame pointers.
NOINLINE static callsite deeper(int n, callsite (*fn)(void)) {
  callsite at = n ? deeper(n - 1, fn) : fn();
  after++;
  return at;
}

static bool is_in(uintptr_t pc, callsite (*fn)(void)) { return pc - (uintptr_t)fn < 64; }

static void the_same_way_is_the_same_word(void **state) {
  (void)state;
  callsite first = 0;
  for (volatile int i = 0; i < 2; i++) {
    callsite at = deeper(CALLSITE_LEVELS, one_way);
    assert_true(first == 0 || at == first);
    first = at;
  }
}

static void another_way_is_another_word_with_a_stack_of_its_own(void **state) {
  (void)state;
  callsite a = deeper(CALLSITE_LEVELS, one_way), b = deeper(CALLSITE_LEVELS, other_way);
  struct report_stack s, t;
  assert_true(a != b);
  assert_true(callsite_pc(a) == callsite_pc(b));
  callsite_stack(a, &s);
  callsite_stack(b, &t);
  assert_true(is_in(s.pc[0], calls) && is_in(t.pc[0], calls));
  assert_true(is_in(s.pc[1], one_way) && is_in(t.pc[1], other_way));
  assert_int_equal(s.callers, 0);
  assert_int_equal(t.callers, 0);
}

static void what_was_not_noted_has_its_place_alone(void **state) {
  (void)state;
  struct report_stack s;
  callsite_stack(callsite_bare(0x1234), &s);
  assert_int_equal(s.n, 1);
  assert_int_equal(s.pc[0], 0x1234);
  callsite_stack(0, &s);
  assert_int_equal(s.n, 0);
}

// Comes last: it fills the table.
static void a_full_table_loses_stacks_and_no_places(void **state) {
  (void)state;
  callsite first = one_way();
  struct report_stack s;
  for (uintptr_t pc = 1; pc < 20000; pc++) callsite_note(callsite_bare(pc));
  callsite_stack(deeper(40, calls), &s);
  assert_int_equal(s.n, 1);
  assert_true(is_in(s.pc[0], calls));
  callsite_stack(first, &s);
  assert_true(is_in(s.pc[1], one_way));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_same_way_is_the_same_word),
      cmocka_unit_test(another_way_is_another_word_with_a_stack_of_its_own),
      cmocka_unit_test(what_was_not_noted_has_its_place_alone),
      cmocka_unit_test(a_full_table_loses_stacks_and_no_places),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
