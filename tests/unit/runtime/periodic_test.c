// SPDX-License-Identifier: Apache-2.0
// periodic_test.c: CRUNDEBUG=schedtrace and blockwarn: what they say, of whom, and also while sysmon dozes.
#include "clock_help.h"

#include <signal.h>

#include "diag/settings.h"
#include "diag/watch/periodic.h"

static const int64_t SECOND_NS = 1000000000;

// ---- blocked for long ------------------------------------------------------------------------------

static void receive(cr_chan(int) c) {
  int v;
  cr_chan_recv(c, &v);
}
static void feed(cr_chan(int) c) {
  cr_set_name("feed");
  cr_chan_send(c, 1);
}
static void lock_it(cr_mutex *m) { cr_mutex_lock(m); }
static void wait_wg(cr_waitgroup *wg) { cr_waitgroup_wait(wg); }
static void sleeps(void) { cr_sleep(CR_HOUR); }
static void ever(void) { cr_select {} }

static void told(void) {
  static cr_mutex m;
  static cr_waitgroup wg;
  static cr_chan(int) c[41];  // not lost to a leak checker
  settings.blockwarn = 30 * SECOND_NS;
  cr_mutex_lock(&m);
  cr_waitgroup_add(&wg, 1);
  for (int i = 0; i <= 40; i++) c[i] = cr_chan_make(int, 0);
  cr_go(feed, c[40]);
  for (int i = 0; i < 40; i++) cr_go(receive, c[i]);
  cr_go(lock_it, &m);
  cr_go(wait_wg, &wg);
  until(waiting() == 43);
  pass(15 * SECOND_NS);
  blockwarn();
  fputs("-- 31 s --\n", stderr);
  pass(16 * SECOND_NS);
  blockwarn();
  fputs("-- again --\n", stderr);
  pass(60 * SECOND_NS);
  blockwarn();
  exit(0);
}

static void not_told(void) {
  settings.blockwarn = SECOND_NS;
  cr_go(sleeps);
  cr_go(ever);
  until(waiting() == 2);
  pass(60 * SECOND_NS);
  blockwarn();
  exit(0);
}

// ---- the scheduler's line --------------------------------------------------------------------------

static void yields(void) {
  for (;;) cr_yield();
}

static void line(void) {
  char text[16384];
  for (int i = 0; i < 3; i++) cr_go(yields);
  rt_enter();  // with the only P: the three others wait
  int n = schedtrace_line(text, sizeof text, 1004);
  check_eq(n, strlen(text));
  fputs(text, stderr);
  _exit(0);
}

static void idles(void) { cr_sleep(CR_HOUR); }

static const struct child_case cases[] = {
    {"told", told, ""},
    {"not told", not_told, ""},
    {"line", line, ""},
    {"idles", idles, ""},
};

// ---- the tests -------------------------------------------------------------------------------------

static char text[1 << 16];

static size_t count(const char *s, const char *what) {
  size_t n = 0;
  for (; (s = strstr(s, what)); s++) n++;
  return n;
}

static void each_place_once(void **state) {
  (void)state;
  assert_int_equal(run_self("told", text, sizeof text), 0);  // possible: the exit code stays
  char *late = strstr(text, "-- 31 s --\n"), *again = strstr(text, "-- again --\n");
  assert_ptr_equal(late, text);
  assert_non_null(again);
  assert_int_equal(count(late, "WARNING: BLOCKED LONG: "), 4);
  assert_non_null(strstr(late, "WARNING: BLOCKED LONG: goroutine 2 has waited for more than 30000 ms\n"
                               "Goroutine 2 \"feed\" [chan send] waits at:\n  "));
  assert_non_null(strstr(late, "  feed()\n"));
  assert_non_null(strstr(late, "Goroutine 2 \"feed\" created by goroutine 1 at:\n  told()\n"));
  assert_int_equal(count(late, "[chan receive] waits at:"), 1);
  assert_int_equal(count(late, "[sync.Mutex.Lock] waits for goroutine 1 at:"), 1);
  assert_int_equal(count(late, "[sync.WaitGroup.Wait] waits at:"), 1);
  assert_int_equal(count(again, "WARNING"), 0);
}

static void sleepers_are_meant(void **state) {
  (void)state;
  assert_int_equal(run_self("not told", text, sizeof text), 0);
  assert_string_equal(text, "");
}

static void the_line_is_gos(void **state) {
  (void)state;
  assert_int_equal(run_self("line", text, sizeof text), 0);
  int threads, idle, global, local, end = 0;
  sscanf(text, "SCHED 1004ms: gomaxprocs=1 idleprocs=0 threads=%d spinningthreads=0 needspinning=0 "
         "idlethreads=%d runqueue=%d [%d]\n%n", &threads, &idle, &global, &local, &end);
  if (end != (int)strlen(text) || end == 0) fail_msg("not Go's line: %s", text);
  assert_true(threads >= 1 && threads > idle);
  assert_int_equal(global + local, 3);
}

// The child sleeps for an hour with a line due each 10 ms; sysmon dozes from the second second on.
static void lines_come_while_nothing_runs(void **state) {
  (void)state;
  int p[2], status;
  assert_int_equal(pipe2(p, O_CLOEXEC), 0);
  setenv("CRUNDEBUG", "schedtrace=10", 1);
  pid_t pid = fork();
  if (pid == 0) {
    dup2(p[1], 2);
    execl("/proc/self/exe", "child", "idles", NULL);
    _exit(1);
  }
  unsetenv("CRUNDEBUG");
  close(p[1]);
  FILE *f = fdopen(p[0], "r");
  long ms = 0;
  for (int lines = 0; lines < 50 || ms < 3000; lines++) {
    long before = ms;
    assert_non_null(fgets(text, sizeof text, f));
    assert_int_equal(sscanf(text, "SCHED %ldms: gomaxprocs=1 idleprocs=", &ms), 1);
    assert_true(ms >= before);
  }
  kill(pid, SIGKILL);
  waitpid(pid, &status, 0);
  fclose(f);
}

static int tests(void) {
  const struct CMUnitTest all[] = {
      cmocka_unit_test(each_place_once),
      cmocka_unit_test(sleepers_are_meant),
      cmocka_unit_test(the_line_is_gos),
      cmocka_unit_test(lines_come_while_nothing_runs),
  };
  return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv) {
  setenv("CRUNMAXPROCS", "1", 1);
  for (size_t i = 0; argc > 1 && i < sizeof cases / sizeof *cases; i++)
    if (strcmp(argv[1], cases[i].name) == 0) cases[i].run();
  return argc > 1 ? 1 : run_on_thread(tests);
}
