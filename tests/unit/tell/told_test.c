// SPDX-License-Identifier: Apache-2.0
// told_test.c: report_tell in text and as a record, told once, with one id; and how the process ends then.
// Each test forks: what was told and how a process ends is of a whole process.
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

#define NOINLINE __attribute__((noinline, no_icf))  // twins are not made one

NOINLINE static uintptr_t here(void) { return (uintptr_t)__builtin_return_address(0); }
// clang-format off
NOINLINE static uintptr_t lock_a(void) { uintptr_t pc = here(); __asm__(""); return pc; }
NOINLINE static uintptr_t lock_b(void) { uintptr_t pc = here(); __asm__(""); return pc; }
enum { LINE_A = __LINE__ - 2, LINE_B = __LINE__ - 1 };
// clang-format on

static struct report_part two[2];
static struct report cycle;

static struct report_part part(const char *heading, uintptr_t pc, uint64_t goid) {
  return (struct report_part){.role = "wait",
                              .heading = heading,
                              .goid = goid,
                              .state = "sync.Mutex.Lock",
                              .object = 0x1000,
                              .stack = {.pc = {pc}, .n = pc != 0, .is_return = true},
                              .identifies = true};
}

static int setup(void **state) {
  two[0] = part("Goroutine 2 \"a\" waits at", lock_a(), 2);
  two[0].name = "a";
  two[1] = part("Goroutine 3 waits at", lock_b(), 3);
  cycle = (struct report){.kind = REPORT_DEADLOCK, .rule = "mutex-cycle", .title = "DEADLOCK: two wait",
                          .part = two, .nparts = 2};
  return 0;
}

// ---- a child, what it writes, how it ends ----------------------------------------------------------------

static char err[16384], record[16384];

static void slurp(FILE *f, char *to, size_t n) {
  rewind(f);
  to[fread(to, 1, n - 1, f)] = 0;
  fclose(f);
}

// child runs fn in a child that then exits with code 0; it returns the exit code.
static int child(void (*fn)(void)) {
  FILE *e = tmpfile();
  char name[] = "/tmp/told-XXXXXX";
  int fd = mkstemp(name), status;
  pid_t pid = fork();
  if (pid == 0) {
    dup2(fileno(e), 2);
    race_options.json_path = name;
    fn();
    exit(0);
  }
  assert_int_equal(waitpid(pid, &status, 0), pid);
  slurp(e, err, sizeof err);
  slurp(fdopen(fd, "r"), record, sizeof record);
  unlink(name);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void says(const char *what) {
  if (!strstr(err, what)) fail_msg("no \"%s\" in:\n%s", what, err);
}
static void says_not(const char *what) {
  if (strstr(err, what)) fail_msg("\"%s\" in:\n%s", what, err);
}
static const char *id(void) {
  static char ids[8][17], *at;
  static int next;
  if (!(at = strstr(record, "\"id\":\""))) fail_msg("no id in %s", record);
  return memcpy(ids[next++ % 8], at + 6, 16);
}

// ---- tests -------------------------------------------------------------------------------------------------

static void tell(void) {
  if (!report_tell(&cycle)) _exit(99);
}

static void text_and_exit_code(void **state) {
  char want[256];
  assert_int_equal(child(tell), 2);
  says("==================\nWARNING: DEADLOCK: two wait\nGoroutine 2 \"a\" waits at:\n  lock_a()\n");
  snprintf(want, sizeof want, "told_test.c:%d:", LINE_A);
  says(want);
  snprintf(want, sizeof want, "\n\nGoroutine 3 waits at:\n  lock_b()\n");
  says(want);
  snprintf(want, sizeof want, "\n\nId: %s\n==================\nFound 1 problem(s)\n", id());
  says(want);
}

static void the_record(void **state) {
  child(tell);
  static const char first[] =
      ",\"kind\":\"deadlock\",\"rule\":\"mutex-cycle\",\"title\":\"DEADLOCK: two wait\",\"possible\":false,\"count\":null,"
      "\"parts\":[{\"role\":\"wait\",\"heading\":\"Goroutine 2 \\\"a\\\" waits at\",\"goroutine\":2,\"name\":\"a\","
      "\"state\":\"sync.Mutex.Lock\",\"object\":\"0x1000\",\"identifies\":true,\"source\":null,"
      "\"stack\":[{\"func\":\"lock_a\",\"file\":\"";
  static const char second[] =
      "},{\"role\":\"wait\",\"heading\":\"Goroutine 3 waits at\",\"goroutine\":3,\"name\":null,";
  assert_non_null(strstr(record, first));
  assert_non_null(strstr(record, second));
  assert_string_equal(record + strlen(record) - 5, "]}]}\n");
  assert_ptr_equal(strchr(record, '\n'), record + strlen(record) - 1);
}

static void tell_waited(void) {
  cycle.waited_s = 12;
  tell();
  cycle.rule = "rwmutex-cycle";  // another finding
  cycle.count = 3;
  cycle.waited_s = 185;
  tell();
}

static void since_when(void **state) {
  child(tell_waited);
  says("WARNING: DEADLOCK: two wait, for 12 s\n");
  says("WARNING: DEADLOCK: two wait, the longest for 3 minutes\n");
  assert_non_null(strstr(record, "\"count\":null,\"waited_s\":12,"));
}

static void tell_callers(void) {
  two[0].stack = (struct report_stack){.pc = {lock_a(), lock_b()}, .n = 2, .is_return = true, .callers = 1};
  two[1].stack.callers = 1;  // it has none
  tell();
}

static void callers_of_now(void **state) {
  child(tell_callers);
  says("  [called, or from elsewhere at the same depth, by]\n  lock_b()\n");
  assert_non_null(strstr(record, "],\"callers\":[{\"func\":\"lock_b\""));
  assert_null(strstr(strstr(err, "[called") + 1, "[called"));
}

static void tell_twice(void) {
  tell();
  if (report_tell(&cycle)) _exit(98);
  two[0].goid = 7, two[0].object = 0x2000;  // others at the same places are the same finding
  struct report_part swapped[2] = {two[1], two[0]};
  cycle.part = swapped;
  if (report_tell(&cycle)) _exit(97);
}

static void once_for_each_place(void **state) {
  assert_int_equal(child(tell_twice), 2);
  says("Found 1 problem(s)");
}

static void tell_from_elsewhere(void) {
  tell();
  two[0].stack.pc[two[0].stack.n++] = lock_b();  // another caller of the same place
  if (report_tell(&cycle)) _exit(98);
}

static void callers_make_no_other_finding(void **state) {
  assert_int_equal(child(tell_from_elsewhere), 2);
  says("Found 1 problem(s)");
}

static void the_id_is_of_kind_rule_and_places(void **state) {
  child(tell);
  const char *first = id();
  cycle.title = "DEADLOCK: other words";
  two[0].heading = "other words", two[0].goid = 9, two[0].object = 0;
  child(tell);
  assert_string_equal(id(), first);
  cycle.rule = "rwmutex-cycle";
  child(tell);
  assert_string_not_equal(id(), first);
  setup(NULL);
  cycle.kind = REPORT_LOCK_ORDER;
  child(tell);
  assert_string_not_equal(id(), first);
  setup(NULL);
  two[1].identifies = false;
  child(tell);
  assert_string_not_equal(id(), first);
}

static void exit_codes(void **state) {
  cycle.kind = REPORT_LEAK;
  assert_int_equal(child(tell), 67);
  cycle.kind = REPORT_MISUSE;
  assert_int_equal(child(tell), 2);
  race_options.exitcode = 9;
  assert_int_equal(child(tell), 9);
  race_options.exitcode = -1;
}

static void tell_and_fail(void) {
  tell();
  exit(3);
}

static void a_code_of_its_own_stays(void **state) {
  assert_int_equal(child(tell_and_fail), 3);
  says("Found 1 problem(s)");
}

static void tell_possible(void) {
  cycle.possible = true;
  tell();
}

static void a_prediction_is_no_finding(void **state) {
  assert_int_equal(child(tell_possible), 0);
  says("WARNING: DEADLOCK");
  says_not("Found");
  assert_non_null(strstr(record, "\"possible\":true"));
}

static void tell_halting(void) {
  race_options.halt_on_error = 1;
  tell_possible();  // it goes on after a prediction
  fputs("went on\n", stderr);
  cycle.possible = false;
  cycle.rule = "other";
  tell();
  fputs("too far\n", stderr);
}

static void halting(void **state) {
  assert_int_equal(child(tell_halting), 2);
  says("went on\n");
  says("Found 1 problem(s)");
  says_not("too far");
}

static void tell_unknown_stack(void) {
  two[0].stack.n = 0;
  two[1].stack.pc[0] = (uintptr_t)report_tell + 1;  // crun's own
  tell();
}

static void stacks_without_frames(void **state) {
  assert_int_equal(child(tell_unknown_stack), 2);
  says("waits at:\n  [its stack is not known]\n\n");
  says("waits at:\n  [no frame of the program]\n\n");
}

static void put_last_word(void) { puts("said at exit"); }

static void tell_and_print(void) {
  dup2(2, 1);
  atexit(put_last_word);
  printf("not flushed yet\n");
  tell();
}

static void exit_is_whole(void **state) {
  assert_int_equal(child(tell_and_print), 2);
  says("not flushed yet\n");
  says("said at exit\n");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup(name, setup)
  const struct CMUnitTest tests[] = {
      TEST(text_and_exit_code), TEST(the_record), TEST(since_when), TEST(callers_of_now), TEST(once_for_each_place), TEST(callers_make_no_other_finding),
      TEST(the_id_is_of_kind_rule_and_places),
      TEST(exit_codes), TEST(a_code_of_its_own_stays), TEST(a_prediction_is_no_finding), TEST(halting),
      TEST(stacks_without_frames), TEST(exit_is_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
