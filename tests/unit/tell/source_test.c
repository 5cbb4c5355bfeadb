// SPDX-License-Identifier: Apache-2.0
// source_test.c: the line that a report shows: whole, long, odd, of a file that changed or is none.
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "options.h"
#include "source.h"

static char dir[] = "/tmp/source-XXXXXX", path[64], object[64];
static struct sym_frame f;
static char line[SOURCE_BYTES + 1];

static void touch(const char *name, long seconds) {
  struct timespec t[2] = {{seconds, 500}, {seconds, 500}};
  assert_int_equal(utimensat(AT_FDCWD, name, t, 0), 0);
}

static void put(const char *name, const char *text) {
  FILE *out = fopen(name, "w");
  fputs(text, out);
  fclose(out);
  touch(name, 1000);
}

static int setup(void **state) {
  put(object, "object");
  f = (struct sym_frame){.file = "x.c", .dir = dir, .line = 2, .col = 3, .module = object};
  race_options.source = 1;
  return 0;
}

static const char *text(void) {
  static char all[1024];
  struct text t = {0};
  text_source(&t, &f);
  snprintf(all, sizeof all, "%.*s", (int)t.n, t.n ? t.at : "");
  text_free(&t);
  return all;
}

static void a_line_and_where_in_it(void **state) {
  put(path, "int x;\n  x = 1;\nint y;");
  assert_string_equal(text(), "         2 |   x = 1;\n           |   ^\n");
  f.line = 1, f.col = 1;
  assert_string_equal(text(), "         1 | int x;\n           | ^\n");
  f.line = 3, f.col = 0;  // the last one has no end; the column is not known
  assert_string_equal(text(), "         3 | int y;\n");
}

static void a_whole_path_needs_no_folder(void **state) {
  put(path, "a\nb\n");
  f.file = path, f.dir = NULL;
  assert_true(source_line(&f, line));
  assert_string_equal(line, "b");
  f.file = "x.c";
  assert_false(source_line(&f, line));
}

static void tabs_and_letters_of_several_bytes(void **state) {
  put(path, "\n\tf(\"\xc3\xa9\", x);\r\n");
  f.col = 10;
  assert_string_equal(text(), "         2 | \tf(\"\xc3\xa9\", x);\n           | \t       ^\n");
}

static void what_is_no_text(void **state) {
  put(path, "\na\x01\x1b[31mb\x7f\n");
  assert_true(source_line(&f, line));
  assert_string_equal(line, "a??[31mb?");
}

static void no_such_line(void **state) {
  put(path, "a\n\n");
  assert_false(source_line(&f, line));  // an empty one shows nothing
  f.line = 3;
  assert_false(source_line(&f, line));
  f.line = 0;
  assert_false(source_line(&f, line));
  put(path, "");
  f.line = 1;
  assert_false(source_line(&f, line));
}

// Lines beyond what is read at once, and one that is too long to show.
static void a_long_file(void **state) {
  FILE *out = fopen(path, "w");
  for (int i = 1; i <= 5000; i++) fprintf(out, "line %d\n", i);
  for (int i = 0; i < 40000; i++) putc('a' + i % 26, out);
  fputs("\nafter\n", out);
  fclose(out);
  touch(path, 1000);
  for (f.line = 1; f.line <= 5000; f.line++) {
    char want[24];
    snprintf(want, sizeof want, "line %d", f.line);
    assert_true(source_line(&f, line));
    assert_string_equal(line, want);
  }
  f.line = 5001, f.col = 500;
  assert_true(source_line(&f, line));
  assert_int_equal(strlen(line), SOURCE_BYTES);
  assert_null(strchr(text(), '^'));  // where it would point is cut off
  f.line = 5002;
  assert_true(source_line(&f, line));
  assert_string_equal(line, "after");
}

// A file that was written after the object shows other lines than were compiled.
static void a_changed_file_is_not_shown(void **state) {
  put(path, "a\nb\n");
  touch(path, 1001);
  assert_false(source_line(&f, line));
  touch(object, 1001);
  assert_true(source_line(&f, line));
  unlink(object);
  assert_false(source_line(&f, line));
}

static void what_is_no_file(void **state) {
  unlink(path);
  assert_false(source_line(&f, line));
  assert_int_equal(mkfifo(path, 0600), 0);  // nobody waits for a writer
  touch(path, 1000);
  assert_false(source_line(&f, line));
  unlink(path);
  assert_int_equal(mkdir(path, 0700), 0);
  touch(path, 1000);
  assert_false(source_line(&f, line));
  rmdir(path);
  static char deep[5000];
  memset(deep, 'x', sizeof deep - 1);
  f.file = deep;
  assert_false(source_line(&f, line));
}

static void not_wanted(void **state) {
  put(path, "a\nb\n");
  race_options.source = 0;
  assert_string_equal(text(), "");
}

static int group(void **state) {
  if (!mkdtemp(dir)) return -1;
  snprintf(path, sizeof path, "%s/x.c", dir);
  snprintf(object, sizeof object, "%s/object", dir);
  return 0;
}

static int group_end(void **state) {
  unlink(path);
  unlink(object);
  return rmdir(dir);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup(name, setup)
  const struct CMUnitTest tests[] = {
      TEST(a_line_and_where_in_it), TEST(a_whole_path_needs_no_folder), TEST(tabs_and_letters_of_several_bytes),
      TEST(what_is_no_text), TEST(no_such_line), TEST(a_long_file), TEST(a_changed_file_is_not_shown),
      TEST(what_is_no_file), TEST(not_wanted),
  };
  return cmocka_run_group_tests(tests, group, group_end);
}
