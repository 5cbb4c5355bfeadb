// SPDX-License-Identifier: Apache-2.0
// traceback_test.c: the words and numbers of CRUNTRACEBACK, and what is none of them.
#include "diag/dump/traceback.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void words(void **state) {
  (void)state;
  static const struct {
    const char *text;
    enum traceback_level level;
    bool core;
  } t[] = {
      {"none", TRACEBACK_NONE, false},     {"0", TRACEBACK_NONE, false},      {"single", TRACEBACK_SINGLE, false},
      {"all", TRACEBACK_ALL, false},       {"1", TRACEBACK_ALL, false},       {"system", TRACEBACK_SYSTEM, false},
      {"2", TRACEBACK_SYSTEM, false},      {"crash", TRACEBACK_SYSTEM, true},
  };
  for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
    struct traceback out = {.level = TRACEBACK_ALL, .core = !t[i].core};
    assert_true(traceback_parse(t[i].text, &out));
    assert_int_equal(out.level, t[i].level);
    assert_int_equal(out.core, t[i].core);
  }
}

static void nonsense(void **state) {
  (void)state;
  static const char *const t[] = {"", "ALL", "alle", "al", "3", "-1", "01", " all", "all ", "wer"};
  for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
    struct traceback out = {.level = TRACEBACK_SINGLE, .core = true};
    assert_false(traceback_parse(t[i], &out));
    assert_int_equal(out.level, TRACEBACK_SINGLE);
    assert_true(out.core);
  }
}

int main(void) {
  const struct CMUnitTest all[] = {cmocka_unit_test(words), cmocka_unit_test(nonsense)};
  return cmocka_run_group_tests(all, NULL, NULL);
}
