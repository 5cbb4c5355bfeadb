// SPDX-License-Identifier: Apache-2.0
// told_race_test.c: other findings beside races: closing lines, which exit code wins, and many that tell at once
// while the process forks.
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "options.h"
#include "race/report.h"
#include "tell.h"

__attribute__((noinline)) static uintptr_t here(void) { return (uintptr_t)__builtin_return_address(0); }

// tell tells a finding whose id is that of the rule.
static bool tell(enum report_kind kind, const char *rule) {
  struct report_part p = {.role = "wait", .heading = "Goroutine 2 waits at", .identifies = true,
                          .stack = {.n = 1, .is_return = true}};
  p.stack.pc[0] = here();
  return report_tell(&(struct report){.kind = kind, .rule = rule, .title = "SOMETHING", .part = &p, .nparts = 1});
}

static char err[1 << 20];

static int child(void (*fn)(void)) {
  FILE *e = tmpfile();
  int status;
  pid_t pid = fork();
  if (pid == 0) {
    dup2(fileno(e), 2);
    fn();
    exit(0);
  }
  assert_int_equal(waitpid(pid, &status, 0), pid);
  rewind(e);
  err[fread(err, 1, sizeof err - 1, e)] = 0;
  fclose(e);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void race_and_leak(void) {
  tell_count(TOLD_RACE);
  tell(REPORT_LEAK, "unreachable");
}

static void leak_race_and_deadlock(void) {
  race_and_leak();
  tell(REPORT_DEADLOCK, "mutex-cycle");
}

static void only_leak(void) { tell(REPORT_LEAK, "unreachable"); }

static void the_worst_wins(void **state) {
  assert_int_equal(child(only_leak), 67);
  assert_non_null(strstr(err, "==================\nFound 1 problem(s)\n"));
  assert_int_equal(child(race_and_leak), 66);
  assert_non_null(strstr(err, "==================\nFound 1 data race(s)\nFound 1 problem(s)\n"));
  assert_int_equal(child(leak_race_and_deadlock), 2);
  assert_non_null(strstr(err, "==================\nFound 1 data race(s)\nFound 2 problem(s)\n"));
}

enum { THREADS = 4, RULES = 100 };
static _Atomic int news;

static void *teller(void *arg) {
  for (int i = 0; i < RULES; i++) {
    char rule[16];
    snprintf(rule, sizeof rule, "rule-%d", i);
    news += tell(REPORT_MISUSE, rule);
    if (i % 25) continue;
    pid_t pid = fork();  // the child can tell, whoever told when it came to be
    if (pid == 0) _exit(!tell(REPORT_LEAK, "in the child"));
    int status;
    if (waitpid(pid, &status, 0) != pid || status) news += 1000;
  }
  return arg;
}

static void many_tell(void) {
  pthread_t t[THREADS];
  for (int i = 0; i < THREADS; i++) pthread_create(&t[i], NULL, teller, NULL);
  for (int i = 0; i < THREADS; i++) pthread_join(t[i], NULL);
  if (news != RULES) _exit(99);
}

static void many_at_once(void **state) {
  assert_int_equal(child(many_tell), 2);
  int ids = 0;
  static const char head[] = "==================\nWARNING: SOMETHING\nGoroutine 2 waits at:\n";
  for (const char *at = err; (at = strstr(at, head)); at++) ids++;
  assert_int_equal(ids, RULES + THREADS * RULES / 25);
  assert_non_null(strstr(err, "Found 100 problem(s)\n"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_worst_wins),
      cmocka_unit_test(many_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
