// SPDX-License-Identifier: Apache-2.0
// tls_test.c: what a thread orders on its own thread-locals, and what it does not.
#define CRUN_RACE 1
#include "tls.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access.h"
#include "ginfo.h"
#include "init.h"
#include "race.h"

static _Thread_local long own[4];
static int nreports;

void report_race(const struct race_report *r) { nreports++; }

static race_g *lone(void) { return race_g_new(NULL, ginfo_new(NULL, 99, 0, false)); }

static void write_as(race_g *g, long *p) {
  race_switch(g);
  access_check(g, (uintptr_t)p, sizeof *p, ACCESS_WRITE, 0x400000);
  race_switch(NULL);
}

struct remote {
  race_g *g;
  long *p;
};

static void *write_remotely(void *arg) {
  struct remote *r = arg;
  write_as(r->g, r->p);
  return NULL;
}

static void on_other_thread(race_g *g, long *p) {
  pthread_t t;
  struct remote r = {g, p};
  race_hide_begin();
  assert_int_equal(pthread_create(&t, NULL, write_remotely, &r), 0);
  pthread_join(t, NULL);
  race_hide_end();
}

static void check(void (*what)(race_g *a, race_g *b), int reports) {
  race_g *a = lone(), *b = lone();
  nreports = 0;
  what(a, b);
  assert_int_equal(nreports, reports);
  race_fresh(own, sizeof own);
  race_g_drop(a);
  race_g_drop(b);
}

static void in_turn(race_g *a, race_g *b) {
  write_as(a, own);
  write_as(b, own);
  write_as(a, own);
}

static void handed_out(race_g *a, race_g *b) {
  write_as(a, own);
  on_other_thread(b, own);
}

static void handed_back(race_g *a, race_g *b) {
  on_other_thread(a, own);
  write_as(b, own);
}

// a was here, left its clock with this thread, and writes from another one.
static void moved_on(race_g *a, race_g *b) {
  write_as(a, own);
  on_other_thread(a, own + 1);
  write_as(b, own);
  write_as(b, own + 1);
}

static void other_memory(race_g *a, race_g *b) {
  static long shared;
  write_as(a, own);
  write_as(a, &shared);
  write_as(b, own);
  write_as(b, &shared);
  race_fresh(&shared, sizeof shared);
}

static void test_in_turn(void **state) { check(in_turn, 0); }
static void test_handed_out(void **state) { check(handed_out, 1); }
static void test_handed_back(void **state) { check(handed_back, 1); }
static void test_moved_on(void **state) { check(moved_on, 1); }
static void test_other_memory(void **state) { check(other_memory, 1); }

int main(void) {
  race_init();
  race_switch(NULL);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_in_turn),  cmocka_unit_test(test_handed_out),   cmocka_unit_test(test_handed_back),
      cmocka_unit_test(test_moved_on), cmocka_unit_test(test_other_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
