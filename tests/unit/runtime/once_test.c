// SPDX-License-Identifier: Apache-2.0
// once_test.c: the function runs once, and nobody returns before it has.
#include "sync_help.h"

#include <stdatomic.h>

static cr_once once;
static atomic_int runs, returned_early;
static cr_chan(int) go_on;

static void slow(void) {
  atomic_fetch_add(&runs, 1);
  cr_chan_recv(go_on, NULL);
  atomic_fetch_add(&runs, 100);
}

static void call(cr_waitgroup *wg) {
  cr_once_do(&once, slow);
  if (atomic_load(&runs) != 101) atomic_fetch_add(&returned_early, 1);
  cr_waitgroup_done(wg);
}

static void it_runs_once_and_all_wait(void) {
  go_on = cr_chan_make(int);
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 20);
  for (int i = 0; i < 20; i++) cr_go(call, &wg);
  until(atomic_load(&runs) == 1);
  for (int i = 0; i < 100; i++) cr_yield();
  check_eq(runs, 1);
  cr_chan_send(go_on, 1);
  cr_waitgroup_wait(&wg);
  check(runs == 101 && returned_early == 0);
  cr_once_do(&once, slow);
  check_eq(runs, 101);
  cr_chan_free(go_on);
}

static void add(void *p) { ++*(int *)p; }

static void race_for_it(cr_once *o, int *n, cr_waitgroup *wg) {
  cr_once_do_arg(o, add, n);
  check_eq(*n, 1);
  cr_waitgroup_done(wg);
}

static void with_an_argument(void) {
  for (int round = 0; round < 500; round++) {
    cr_once o = {0};
    int n = 0;
    cr_waitgroup wg = {0};
    cr_waitgroup_add(&wg, 4);
    for (int i = 0; i < 4; i++) cr_go(race_for_it, &o, &n, &wg);
    cr_waitgroup_wait(&wg);
    check_eq(n, 1);
  }
}

static cr_once inner, outer;
static int nested;
static void run_inner(void) { nested = nested * 10 + 1; }
static void run_outer(void) {
  nested = nested * 10 + 2;
  cr_once_do(&inner, run_inner);
}

static void one_may_run_another(void) {
  cr_once_do(&outer, run_outer);
  cr_once_do(&inner, run_inner);
  check_eq(nested, 21);
}

// ---- values ---------------------------------------------------------------------------------

static cr_once_value value, bad;
static atomic_int computed;

static void *computes(void *arg) {
  cr_yield();
  atomic_fetch_add(&computed, 1);
  return arg;
}

static void *cannot(void *arg) {
  atomic_fetch_add(&computed, 1);
  cr_panic("no %s", (char *)arg);
}

static cr_once_value plain, broken;
static void counts(void) { atomic_fetch_add(&computed, 10); }
static void breaks(void) {
  atomic_fetch_add(&computed, 10);
  cr_panic("broken");
}

static void asks(cr_waitgroup *wg) {
  cr_once_func_call(&plain, counts);
  cr_try { cr_once_func_call(&broken, breaks); check(false); }
  cr_recover(text) { check(!strcmp(text, "broken")); }
  check(cr_once_value_get(&value, computes, wg) == wg);
  cr_try { cr_once_value_get(&bad, cannot, "value"); check(false); }
  cr_recover(text) { check(!strcmp(text, "no value")); }
  cr_waitgroup_done(wg);
}

static void a_value_is_computed_once(void) {
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 10);
  for (int i = 0; i < 10; i++) cr_go(asks, &wg);
  cr_waitgroup_wait(&wg);
  check_eq(computed, 22);
}

// ---- what ends the process ------------------------------------------------------------------

static void again(void) { cr_once_do(&once, again); }
static void calls_itself(void) { cr_once_do(&once, again); }

static void dies(void) { cr_panic("in once"); }
static void panics(void) { cr_once_do(&once, dies); }

static const struct child_case cases[] = {
    {"calls_itself", calls_itself, "fatal error: all goroutines are asleep - deadlock!"},
    {"panics", panics, "panic: in once"},
};

static void mistakes_end_the_process(void) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check_child(&cases[i]);
}

static int tests(void) {
  const struct CMUnitTest all[] = {
      GO_TEST(it_runs_once_and_all_wait),
      GO_TEST(with_an_argument),
      GO_TEST(one_may_run_another),
      GO_TEST(a_value_is_computed_once),
      GO_TEST(mistakes_end_the_process),
  };
  return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, cases, sizeof cases / sizeof *cases, tests); }
