// SPDX-License-Identifier: Apache-2.0
// settings_test.c: CRUNDEBUG as a user would type it, right and wrong.
#include "diag/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char said[1024];
static unsigned lines;
static void hear(const char *line) {
  strncat(said, line, sizeof said - strlen(said) - 1);
  lines++;
}

static struct settings parse(const char *text) {
  static char copy[256];
  struct settings s;
  said[0] = 0, lines = 0;
  snprintf(copy, sizeof copy, "%s", text);
  settings_parse(copy, &s, hear);
  return s;
}

static void all_types(void **state) {
  (void)state;
  struct settings s = parse("schedtrace=1000,lockorder=1 leakcheck=10s\tblockwarn=5m");
  assert_int_equal(s.schedtrace, 1000000000);
  assert_int_equal(s.lockorder, 1);
  assert_int_equal(s.leakcheck, 10000000000);
  assert_int_equal(s.blockwarn, 300000000000);
  assert_int_equal(lines, 0);
  s = parse("schedtrace=2s");
  assert_int_equal(s.schedtrace, 2000000000);
  s = parse("");
  assert_int_equal(s.lockorder, 0);
  assert_int_equal(lines, 0);
}

static void mistakes(void **state) {
  (void)state;
  static const struct {
    const char *text, *line;
  } t[] = {
      {"lockorder=2", "crun: CRUNDEBUG: lockorder=2: not 0 or 1\n"},
      {"lockorder", "crun: CRUNDEBUG: lockorder=: not 0 or 1\n"},
      {"leakcheck=10", "crun: CRUNDEBUG: leakcheck=10: not a time (as 30s, 500ms or 5m)\n"},
      {"leakcheck=-1s", "crun: CRUNDEBUG: leakcheck=-1s: not a time (as 30s, 500ms or 5m)\n"},
      {"leakcheck=9999999999999h", "crun: CRUNDEBUG: leakcheck=9999999999999h: not a time (as 30s, 500ms or 5m)\n"},
      {"leakcheck=99999999999999999999s", "crun: CRUNDEBUG: leakcheck=99999999999999999999s: not a time (as 30s, 500ms or 5m)\n"},
      {"schedtrace=fast", "crun: CRUNDEBUG: schedtrace=fast: not a number of milliseconds\n"},
      {"gctrace=1", "crun: CRUNDEBUG: gctrace: unknown key (CRUNDEBUG=help=1 lists them)\n"},
  };
  for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
    struct settings s = parse(t[i].text);
    assert_string_equal(said, t[i].line);
    assert_int_equal(s.lockorder + s.leakcheck + s.schedtrace, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_types),
      cmocka_unit_test(mistakes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
