// SPDX-License-Identifier: Apache-2.0
// suppress_test.c: patterns against a slow model of them, files right, wrong and random, and what is not told then.
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "options.h"
#include "race/report.h"
#include "suppress.h"
#include "tell.h"

// ---- patterns ------------------------------------------------------------------------------------------

static void patterns(void **state) {
  static const struct {
    const char *pattern, *s;
    bool match;
  } t[] = {
      {"foo", "foo", true},       {"foo", "a foo b", true},  {"foo", "fo", false},       {"^foo", "foobar", true},
      {"^foo", "afoo", false},    {"foo$", "afoo", true},    {"foo$", "foob", false},    {"^foo$", "foo", true},
      {"^foo$", "foofoo", false}, {"foo$", "foofoo", true},  {"a*b", "xaxxbx", true},    {"^a*b$", "ab", true},
      {"^a*b$", "aab", true},     {"^a*b$", "aba", false},   {"a**b", "ab", true},       {"^*foo", "a foo", true},
      {"*/lib*.so$", "/usr/libx.so", true}, {"*.c", "x.h", false}, {"a^b", "a^b", true}, {"foo", "", false},
      {"foo", NULL, false},       {"*a$", "aaab", false},    {"^a*ab$", "aaab", true},   {"abab$", "ababab", true},
  };
  for (size_t i = 0; i < sizeof t / sizeof *t; i++)
    if (suppress_match(t[i].pattern, t[i].s) != t[i].match) fail_msg("%s, %s", t[i].pattern, t[i].s);
}

// model tries every way. ends: the pattern must reach the end of s.
static bool model(const char *p, bool ends, const char *s) {
  if (*p == 0 || (*p == '$' && p[1] == 0)) return (*p != '$' && !ends) || *s == 0;
  if (*p == '*') return model(p + 1, ends, s) || (*s && model(p, ends, s + 1));
  return *p == *s && model(p + 1, ends, s + 1);
}

static bool model_match(const char *p, const char *s) {
  if (!*s) return false;
  if (*p == '^') return model(p + 1, false, s);
  for (;; s++) {
    if (model(p, false, s)) return true;
    if (!*s) return false;
  }
}

static void random_patterns(void **state) {
  unsigned matches = 0;
  srand(7);
  for (int i = 0; i < 200000; i++) {
    char p[12] = "", s[12] = "";
    size_t n = 0, m = 1 + (size_t)rand() % 8;
    if (rand() % 4 == 0) p[n++] = '^';
    for (int k = 1 + rand() % 5; k > 0; k--) p[n++] = "ab*"[rand() % 3];
    if (rand() % 4 == 0) p[n++] = '$';
    for (size_t k = 0; k < m; k++) s[k] = "ab"[rand() % 2];
    bool want = model_match(p, s);
    if (suppress_match(p, s) != want) fail_msg("%s, %s: not %d", p, s, want);
    matches += want;
  }
  assert_in_range(matches, 20000, 180000);  // both verdicts are tried
}

// ---- files -----------------------------------------------------------------------------------------------

static char said[4096];
static void hear(unsigned line, const char *text, const char *what) {
  size_t n = strlen(said);
  snprintf(said + n, sizeof said - n, "%u %s|%s\n", line, text, what);
}

static size_t parse(const char *text, size_t n, struct suppressions *out) {
  static char copy[4096];
  said[0] = 0;
  memcpy(copy, text, n);
  copy[n] = 0;
  *out = (struct suppressions){0};
  return suppress_parse(copy, n, out, hear);
}

static void a_file(void **state) {
  static const char text[] = "# ours\n\n  race:lib*.so \t\r\nrace_top:^main$\nid:0123456789abcdef\n"
                             " called_from_lib:libz\nleak: x y\nthread:t";
  struct suppressions s;
  assert_int_equal(parse(text, strlen(text), &s), 0);
  assert_string_equal(said, "");
  static const struct {
    unsigned line;
    const char *pattern;
  } want[] = {{3, "lib*.so"}, {4, "^main$"}, {5, "0123456789abcdef"}, {6, "libz"}, {7, " x y"}, {8, "t"}};
  assert_int_equal(s.n, sizeof want / sizeof *want);
  for (size_t i = 0; i < s.n; i++) {
    assert_int_equal(s.at[i].line, want[i].line);
    assert_string_equal(s.at[i].pattern, want[i].pattern);
  }
}

static void bad_lines_are_named(void **state) {
  static const char text[] = "race:ok\nrce:foo\nfoo\nrace:\nid:12\nrace:**\nrace:a$b\nleak:x\0y\n";
  struct suppressions s;
  assert_int_equal(parse(text, sizeof text - 1, &s), 7);
  static const char *const want[] = {"2 rce:foo|unknown word", "3 foo|no WORD:PATTERN", "4 race:|the pattern is empty",
                                     "5 id:12|not an id",      "6 race:**|the pattern would match everything",
                                     "7 race:a$b|$ stands",    "8 leak:x|a zero byte"};
  for (size_t i = 0; i < sizeof want / sizeof *want; i++)
    if (!strstr(said, want[i])) fail_msg("no %s in %s", want[i], said);
  assert_int_equal(s.n, 1);
}

// Whatever a file holds, nothing is read or written beyond it (this runs under ASan too), and a line is
// either taken in or named.
static void random_files(void **state) {
  static const char *const pieces[] = {"race:", "id:", "leak:", "#", "\n", "\r\n", " ",  "*",
                                       "^",     "$",   "abc",   "0123456789abcdef",   ":", "\t"};
  srand(11);
  for (int i = 0; i < 20000; i++) {
    size_t n = 0, want = (size_t)rand() % 200, lines = 0;
    char *text = malloc(want + 1);  // exactly as long as it may be
    while (n < want) {
      const char *piece = pieces[rand() % (int)(sizeof pieces / sizeof *pieces)];
      size_t k = strlen(piece);
      if (rand() % 8 == 0 || n + k > want) text[n++] = (char)rand();
      else memcpy(text + n, piece, k), n += k;
    }
    text[n] = 0;
    for (size_t k = 0; k < n; k++) lines += text[k] == '\n';
    struct suppressions s = {0};
    said[0] = 0;
    size_t bad = suppress_parse(text, n, &s, hear);
    assert_true(bad + s.n <= lines + 1);
    for (size_t k = 0; k < s.n; k++) suppress_match(s.at[k].pattern, "crun/race/tell/suppress.c");
    free(text);
  }
}

// ---- findings ----------------------------------------------------------------------------------------------

static struct stack outer = {.n = 2,
                             .frame = {{.func = "get", .file = "src/x.c", .module = "/usr/lib/libx.so"},
                                       {.func = "main", .file = "src/main.c", .module = "/bin/prog"}}};
static char err[8192];

// with runs fn in a child that has these suppressions and returns its exit code; its stderr is in err.
static int with(const char *text, void (*fn)(void)) {
  char name[] = "/tmp/suppress-XXXXXX";
  int fd = mkstemp(name), status;
  FILE *e = tmpfile();
  assert_int_equal(write(fd, text, strlen(text)), strlen(text));
  pid_t pid = fork();
  if (pid == 0) {
    dup2(fileno(e), 2);
    race_options.suppressions = name;
    suppress_init();
    fn();
    exit(0);
  }
  assert_int_equal(waitpid(pid, &status, 0), pid);
  rewind(e);
  err[fread(err, 1, sizeof err - 1, e)] = 0;
  fclose(e);
  close(fd);
  unlink(name);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void says(const char *what) {
  if (!strstr(err, what)) fail_msg("no \"%s\" in:\n%s", what, err);
}

static int kind;
static void ask_stack(void) { _exit(suppressed_stack(kind, &outer)); }
static void ask_variable(void) { _exit(suppressed_variable("table", ".row[2]")); }
static void ask_id(void) { _exit(suppressed_id("0123456789abcdef")); }

static void words(void **state) {
  static const struct {
    const char *text;
    int kind, match;
  } t[] = {
      {"race:get", TOLD_RACE, 1},         {"race:main", TOLD_RACE, 1},         {"race:^src/x.c$", TOLD_RACE, 1},
      {"race:libx", TOLD_RACE, 1},        {"race:other", TOLD_RACE, 0},        {"race:get", REPORT_LEAK, 0},
      {"race_top:get", TOLD_RACE, 1},     {"race_top:main", TOLD_RACE, 0},     {"called_from_lib:libx.so$", TOLD_RACE, 1},
      {"called_from_lib:prog", TOLD_RACE, 0}, {"called_from_lib:get", TOLD_RACE, 0}, {"deadlock:main", REPORT_DEADLOCK, 1},
      {"deadlock:main", REPORT_LOCK_ORDER, 1}, {"deadlock:main", REPORT_MISUSE, 0}, {"lock-order:get", REPORT_LOCK_ORDER, 1},
      {"lock-order:get", REPORT_DEADLOCK, 0}, {"leak:get", REPORT_LEAK, 1},    {"leak:get", TOLD_RACE, 0},
      {"misuse:get", REPORT_MISUSE, 1},   {"mutex:get", REPORT_MISUSE, 1},     {"thread:get", REPORT_LEAK, 0},
      {"signal:get", TOLD_RACE, 0},       {"variable:get", TOLD_RACE, 0},
  };
  for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
    kind = t[i].kind;
    if (with(t[i].text, ask_stack) != t[i].match) fail_msg("%s, kind %d", t[i].text, t[i].kind);
  }
  assert_int_equal(with("variable:^table$", ask_variable), 1);
  assert_int_equal(with("variable:table.row[*]", ask_variable), 1);
  assert_int_equal(with("variable:stable", ask_variable), 0);
  assert_int_equal(with("race:table", ask_variable), 1);
  assert_int_equal(with("id:0123456789abcdef", ask_id), 1);
  assert_int_equal(with("id:0123456789abcdee", ask_id), 0);
}

__attribute__((noinline)) static uintptr_t here(void) { return (uintptr_t)__builtin_return_address(0); }

static void leak(void) {
  struct report_part p = {.role = "wait", .heading = "Goroutine 2 waits at", .identifies = true,
                          .stack = {.n = 1, .is_return = true}};
  p.stack.pc[0] = here();
  struct report r = {.kind = REPORT_LEAK, .rule = "unreachable", .title = "GOROUTINE LEAK", .part = &p, .nparts = 1};
  if (report_tell(&r)) fputs("told\n", stderr);
}

static void what_is_suppressed_is_not_told(void **state) {
  assert_int_equal(with("race:leak\n", leak), 67);
  says("told\n");
  assert_int_equal(with("race:x\nleak:^leak$\n", leak), 0);
  char *at = strstr(err, "  1  leak:^leak$ (/tmp/suppress-");
  says("Suppressed 1 finding(s):\n");
  if (strstr(err, "told") || strstr(err, "GOROUTINE LEAK")) fail_msg("told: %s", err);
  assert_non_null(at);
  assert_string_equal(strchr(at, '\n') - 3, ":2)\n");  // line 2, and no more is said
}

static void leak_and_list(void) {
  race_options.print_suppressions = 1;
  leak();
}

static void unused_ones_on_request(void **state) {
  assert_int_equal(with("race:never\nleak:leak\n", leak_and_list), 0);
  says("Suppressions that matched nothing:\n  race:never (/tmp/suppress-");
}

static void nothing(void) {}
static void no_such_file(void) {
  race_options.suppressions = "/nonexistent/file";
  suppress_init();
}
static void a_folder(void) {
  race_options.suppressions = "/tmp";
  suppress_init();
}

static void what_cannot_be_read_ends_the_process(void **state) {
  assert_int_equal(with("race:x\n\nrac:x\n", nothing), 68);
  says(":3: rac:x: unknown word");
  assert_int_equal(with("", no_such_file), 68);
  assert_string_equal(err, "crun: cannot read suppressions /nonexistent/file: No such file or directory\n");
  assert_int_equal(with("", a_folder), 68);
  says("crun: cannot read suppressions /tmp: Is a directory\n");
}

// A file longer than what is read at once.
static void a_long_file(void **state) {
  enum { LINES = 20000 };
  char *text = malloc(LINES * 32), *at = text;
  for (int i = 0; i < LINES; i++) at += sprintf(at, "race:function_%06d\n", i);
  strcpy(at, "race:main");
  kind = TOLD_RACE;
  assert_int_equal(with(text, ask_stack), 1);
  *strrchr(at, 'm') = 'n';
  assert_int_equal(with(text, ask_stack), 0);
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(patterns),
      cmocka_unit_test(random_patterns),
      cmocka_unit_test(a_file),
      cmocka_unit_test(bad_lines_are_named),
      cmocka_unit_test(random_files),
      cmocka_unit_test(words),
      cmocka_unit_test(what_is_suppressed_is_not_told),
      cmocka_unit_test(unused_ones_on_request),
      cmocka_unit_test(what_cannot_be_read_ends_the_process),
      cmocka_unit_test(a_long_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
