// SPDX-License-Identifier: Apache-2.0
// options_test.c: CRUNRACE as a user would type it, right and wrong.
#include "options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char said[2048];
static unsigned lines;
static void hear(const char *line) {
  strncat(said, line, sizeof said - strlen(said) - 1);
  lines++;
}

static struct race_options parse(const char *text) {
  static char copy[1024];
  struct race_options o;
  said[0] = 0, lines = 0;
  snprintf(copy, sizeof copy, "%s", text);
  options_parse(copy, &o, hear);
  return o;
}

static void defaults(void **state) {
  (void)state;
  struct race_options o = parse("");
  assert_string_equal(o.log_path, "stderr");
  assert_string_equal(o.json_path, "");
  assert_int_equal(o.exitcode, -1);  // not set
  assert_int_equal(o.halt_on_error, 0);
  assert_int_equal(o.atexit_sleep_ms, 0);
  assert_int_equal(lines, 0);
  // What is in force before options_init is the same.
  assert_int_equal(race_options.exitcode, -1);
  assert_string_equal(race_options.log_path, "stderr");
}

static void all_separators_and_quotes(void **state) {
  (void)state;
  struct race_options o = parse(" log_path=/x/y,exitcode=3\thalt_on_error=1\njson_path='a b,c'  strip_path_prefix=\"/p q/\"");
  assert_string_equal(o.log_path, "/x/y");
  assert_int_equal(o.exitcode, 3);
  assert_int_equal(o.halt_on_error, 1);
  assert_string_equal(o.json_path, "a b,c");
  assert_string_equal(o.strip_path_prefix, "/p q/");
  assert_int_equal(lines, 0);
}

static void the_last_one_wins_and_values_may_hold_an_equal_sign(void **state) {
  (void)state;
  struct race_options o = parse("exitcode=3 exitcode=4 log_path=a=b log_path=c=d");
  assert_int_equal(o.exitcode, 4);
  assert_string_equal(o.log_path, "c=d");
}

static void an_unknown_key_is_named_once(void **state) {
  (void)state;
  struct race_options o = parse("exitcode=3 log_pth=/x halt_on_error=1");
  assert_int_equal(lines, 1);
  assert_non_null(strstr(said, "log_pth: unknown key"));
  assert_int_equal(o.exitcode, 3);
  assert_int_equal(o.halt_on_error, 1);
  assert_string_equal(o.log_path, "stderr");
}

static void a_bad_value_keeps_the_default(void **state) {
  (void)state;
  const char *bad[] = {"exitcode=abc", "exitcode=", "exitcode=256", "exitcode=-1", "exitcode=3x", "exitcode",
                       "halt_on_error=2", "exitcode=99999999999999999999999"};
  for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct race_options o = parse(bad[i]);
    assert_int_equal(lines, 1);
    assert_int_equal(o.exitcode, -1);  // not set
    assert_int_equal(o.halt_on_error, 0);
    assert_true(said[strlen(said) - 1] == '\n' && !strchr(said, '\n')[1]);
  }
}

static void an_open_quote_ends_with_the_text(void **state) {
  (void)state;
  struct race_options o = parse("log_path='abc exitcode=3");
  assert_string_equal(o.log_path, "abc exitcode=3");
  assert_int_equal(o.exitcode, -1);  // not set
}

static void long_nonsense_is_survived(void **state) {
  (void)state;
  char text[1000];
  memset(text, 'x', sizeof text - 1), text[sizeof text - 1] = 0;
  parse(text);
  assert_int_equal(lines, 1);
  parse("= =3 ,,, =");
  assert_true(lines >= 1);
}

static void a_complaint_is_one_line(void **state) {
  (void)state;
  parse("exitcode='1\n2\x1b[31m'");
  assert_string_equal(said, "crun: CRUNRACE: exitcode=1?2?[31m: not a number\n");
}

static void help_names_every_key(void **state) {
  (void)state;
  char help[4096];
  assert_true(options_help(help, sizeof help) < sizeof help);
#define OPTION(type, name, def, lowest, highest, text) assert_non_null(strstr(help, "  " #name "="));
#include "options.inc"
  char small[40];
  assert_true(options_help(small, sizeof small) < sizeof small);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(defaults),
      cmocka_unit_test(all_separators_and_quotes),
      cmocka_unit_test(the_last_one_wins_and_values_may_hold_an_equal_sign),
      cmocka_unit_test(an_unknown_key_is_named_once),
      cmocka_unit_test(a_bad_value_keeps_the_default),
      cmocka_unit_test(an_open_quote_ends_with_the_text),
      cmocka_unit_test(long_nonsense_is_survived),
      cmocka_unit_test(a_complaint_is_one_line),
      cmocka_unit_test(help_names_every_key),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
