// SPDX-License-Identifier: Apache-2.0
// single_test.c: when the single-goroutine phase is on. What ends it for good is tried in a forked child.
#define CRUN_RACE 1
#include "single.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "race.h"

extern uint8_t __crun_race_single;

static long word[20], other[20];
static char sync_byte, late_byte;

// as runs what follows as g, until as(main).
static void as(race_g *g) { race_switch(g); }

static race_g *child(void) { return race_g_create(2, 1); }

static void touch(long *at) { race_write(at, sizeof *at, 1); }

static void on_from_the_start(void **state) {
  assert_int_equal(__crun_race_single, 1);
  touch(word);
  race_release(&sync_byte);
  assert_int_equal(__crun_race_single, 1);
}

static void a_second_one_ends_it(void **state) {
  race_g *g = child();
  assert_int_equal(__crun_race_single, 0);
  race_release(&sync_byte);
  touch(word);
  assert_int_equal(__crun_race_single, 0);
  race_g_end(g);  // it did nothing that there would be to know
  assert_int_equal(__crun_race_single, 0);
  race_release(&sync_byte);
  assert_int_equal(__crun_race_single, 1);
}

static void what_ended_has_to_be_acquired(void **state) {
  race_g *self = race_self(), *g = child();
  as(g);
  touch(word);
  race_release(&sync_byte);
  as(self);
  race_g_end(g);
  touch(other);
  race_release(&late_byte);
  assert_int_equal(__crun_race_single, 0);
  race_acquire(&sync_byte);
  assert_int_equal(__crun_race_single, 1);
}

static void it_may_end_after_the_acquire(void **state) {
  race_g *self = race_self(), *g = child();
  as(g);
  touch(word);
  race_release(&sync_byte);
  as(self);
  race_acquire(&sync_byte);
  touch(other);
  assert_int_equal(__crun_race_single, 0);
  race_g_end(g);
  touch(other + 1);
  assert_int_equal(__crun_race_single, 1);
}

static void all_that_ended_have_to_be_known(void **state) {
  race_g *self = race_self(), *g[20];
  char done[20];
  for (int i = 0; i < 20; i++) {
    g[i] = child();
    as(g[i]);
    touch(word + i);
    race_release(&done[i]);
    as(self);
  }
  for (int i = 0; i < 20; i++) race_g_end(g[i]);
  for (int i = 0; i < 20; i++) {
    assert_int_equal(__crun_race_single, 0);
    race_acquire(&done[i * 7 % 20]);
  }
  assert_int_equal(__crun_race_single, 1);
  race_sync_forget(done, sizeof done);
}

// A slot that was settled is given on to a child of the one that knows it.
static void settled_slots_are_used_again(void **state) {
  race_g *self = race_self(), *g = child();
  assert_in_range(g->slot, 1, 30);
  as(g);
  touch(word);
  race_release(&sync_byte);
  as(self);
  race_g_end(g);
  race_acquire(&sync_byte);
  assert_int_equal(__crun_race_single, 1);
}

// gone_for_good tells whether the phase is off, and stays so.
static bool gone_for_good(void) {
  if (__crun_race_single) return false;
  touch(word);
  race_release(&sync_byte);
  race_acquire(&late_byte);
  touch(other);
  return !__crun_race_single;
}

// in_child tells what fn found in a forked child.
static bool in_child(bool (*fn)(void)) {
  pid_t pid = fork();
  if (pid == 0) _exit(fn() ? 0 : 1);
  int status;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  return status == 0;
}

static void handle(int sig) { (void)sig; }

static bool handler_and_thread(void) {
  signal(SIGUSR2, handle);
  if (!__crun_race_single) return false;  // it can only run here
  single_threaded();
  return gone_for_good();
}

static bool armed(void) {
  race_armed();
  return gone_for_good();
}

static bool end_unheard_of(void) {
  race_g *self = race_self(), *g = child();
  as(g);
  race_release(&late_byte);
  touch(word);  // after its last release
  as(self);
  race_g_end(g);
  race_acquire(&late_byte);
  return gone_for_good();
}

static void what_ends_it_for_good(void **state) {
  assert_true(in_child(handler_and_thread));
  assert_true(in_child(armed));
  assert_true(in_child(end_unheard_of));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(on_from_the_start),
      cmocka_unit_test(a_second_one_ends_it),
      cmocka_unit_test(what_ended_has_to_be_acquired),
      cmocka_unit_test(it_may_end_after_the_acquire),
      cmocka_unit_test(all_that_ended_have_to_be_known),
      cmocka_unit_test(settled_slots_are_used_again),
      cmocka_unit_test(what_ends_it_for_good),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
