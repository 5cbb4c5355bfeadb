// SPDX-License-Identifier: Apache-2.0
// dump_test.c: what a dump says of a goroutine beside its stack. Time is told, not waited for.
#include "clock_help.h"

#include <signal.h>

static void receive(cr_chan(int) c) {
  int v;
  cr_chan_recv(c, &v);
}

// ---- the children ----------------------------------------------------------------------------------

static void three_ages(void) {
  cr_chan(int) c = cr_chan_make(int, 0);
  cr_go(receive, c);
  until(waiting() == 1);
  pass(4 * MINUTE_NS);
  cr_go(receive, c);
  until(waiting() == 2);
  pass(MINUTE_NS);
  cr_go(receive, c);
  until(waiting() == 3);
  cr_dump_goroutines();
  _exit(2);
}

// The watching thread dozes while nothing runs; who parks next must not inherit the time of before.
static void after_a_doze(void) {
  cr_chan(int) c = cr_chan_make(int, 0);
  cr_go(receive, c);
  until(waiting() == 1);
  store_rlx(&sched.coarse_ns, sched_now() - 7 * MINUTE_NS);  // as if sysmon had slept for so long
  store_seq(&sched.sysmon_word, 1);
  sysmon_poke();
  cr_go(receive, c);
  until(waiting() == 2);
  cr_dump_goroutines();
  _exit(2);
}

static void lock_it(cr_mutex *m) { cr_mutex_lock(m); }
static void read_it(cr_rwmutex *m) { cr_rwmutex_rlock(m); }
static void write_it(cr_rwmutex *m) { cr_rwmutex_lock(m); }

static void owners(void) {
  static cr_mutex m;
  static cr_rwmutex written, read;
  cr_mutex_lock(&m);
  cr_rwmutex_lock(&written);
  cr_rwmutex_rlock(&read);
  cr_go(lock_it, &m);
  cr_go(read_it, &written);
  cr_go(write_it, &read);
  until(waiting() == 3);
  pass(2 * MINUTE_NS);
  cr_dump_goroutines();
  _exit(2);
}

// Whoever held the scheduler's locks never gives them back.
static void wedged(void) {
  cr_go(receive, cr_chan_make(int, 0));
  until(waiting() == 1);
  lock(&sched.retake_lock);
  lock(&sched.lock);
  lock(&sched.all_lock);
  raise(SIGQUIT);
  _exit(9);
}

static const struct child_case cases[] = {
    {"wedged", wedged, ""},
    {"owners", owners, ""},
    {"three ages", three_ages, ""},
    {"after a doze", after_a_doze, ""},
};

// ---- the tests -------------------------------------------------------------------------------------

static char text[1 << 16];

static void run_case(const char *name) { assert_int_equal(run_self(name, text, sizeof text), 2); }

static void minutes_from_the_first_on(void **state) {
  (void)state;
  run_case("three ages");
  assert_non_null(strstr(text, "goroutine 1 [running]:\n"));
  assert_non_null(strstr(text, "goroutine 2 [chan receive, 5 minutes]:\n"));
  assert_non_null(strstr(text, "goroutine 3 [chan receive, 1 minutes]:\n"));
  assert_non_null(strstr(text, "goroutine 4 [chan receive]:\n"));
}

static void the_clock_is_right_after_a_doze(void **state) {
  (void)state;
  run_case("after a doze");
  assert_non_null(strstr(text, "goroutine 2 [chan receive]:\n"));
  assert_non_null(strstr(text, "goroutine 3 [chan receive]:\n"));
}

static void locks_have_owners(void **state) {
  (void)state;
  run_case("owners");
  assert_non_null(strstr(text, "goroutine 2 [sync.Mutex.Lock, 2 minutes, owner goroutine 1]:\n"));
  assert_non_null(strstr(text, "goroutine 3 [sync.RWMutex.RLock, 2 minutes, owner goroutine 1]:\n"));
  assert_non_null(strstr(text, "goroutine 4 [sync.RWMutex.Lock, 2 minutes]:\n"));  // readers may be several
}

static void sigquit_needs_no_lock(void **state) {
  (void)state;
  run_case("wedged");
  assert_non_null(strstr(text, "SIGQUIT: quit\n"));
  assert_non_null(strstr(text, "goroutine 1 [running]:\n"));
  assert_non_null(strstr(text, "goroutine 2 [chan receive]:\n"));
#ifndef __SANITIZE_ADDRESS__  // its signal stack has no room for libdw
  assert_non_null(strstr(text, "\nwedged(...)\n"));
  assert_non_null(strstr(text, "\nreceive(...)\n"));
#endif
}

static int tests(void) {
  const struct CMUnitTest all[] = {
      cmocka_unit_test(minutes_from_the_first_on),
      cmocka_unit_test(the_clock_is_right_after_a_doze),
      cmocka_unit_test(locks_have_owners),
      cmocka_unit_test(sigquit_needs_no_lock),
  };
  return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv) {
  setenv("CRUNMAXPROCS", "1", 1);
  return run_everywhere(argc, argv, cases, sizeof cases / sizeof *cases, tests);
}
