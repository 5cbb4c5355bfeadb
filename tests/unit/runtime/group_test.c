// SPDX-License-Identifier: Apache-2.0
// group_test.c: wg_go, errgroups, the weighted semaphore, shared calls.
#include "sync_help.h"

#include <stdatomic.h>

static atomic_int sum, running, most;

static void add(int n) { atomic_fetch_add(&sum, n); }
static void add_and_exit(int *n) {
  atomic_fetch_add(&sum, *n);
  cr_goexit();
}

static void waitgroup_go(void) {
  cr_waitgroup wg = {0};
  int ten = 10;
  sum = 0;
  for (int i = 1; i <= 100; i++) cr_waitgroup_go(&wg, add, i);
  cr_waitgroup_go(&wg, add_and_exit, &ten);
  cr_waitgroup_wait(&wg);
  check_eq(sum, 5060);
}

// ---- errgroup --------------------------------------------------------------------------------

static int fails_at_7(int n) {
  add(n);
  return n == 7 ? 77 : 0;
}

static void the_first_error(void) {
  cr_errgroup g = {0};
  for (int round = 0; round < 3; round++) {
    sum = 0;
    for (int i = 0; i < 20; i++) cr_errgroup_go(&g, fails_at_7, round == 1 ? i : 1);
    check_eq(cr_errgroup_wait(&g), round == 1 ? 77 : 0);
    check_eq(sum, round == 1 ? 190 : 20);
  }
  check_eq(cr_errgroup_wait(&g), 0);
}

static int until_canceled(cr_context *ctx) {
  cr_chan_recv(cr_context_done(ctx), NULL);
  return cr_context_cause(ctx);
}

static int fails(int err) { return err; }

static void an_error_cancels_the_others(void) {
  cr_errgroup g = {0};
  cr_context *ctx = cr_context_keep(cr_errgroup_context(&g, cr_context_background()));
  for (int i = 0; i < 5; i++) cr_errgroup_go(&g, until_canceled, ctx);
  check(!cr_context_err(ctx));
  cr_errgroup_go(&g, fails, 5);
  check_eq(cr_errgroup_wait(&g), 5);
  check(cr_context_err(ctx) == ECANCELED && cr_context_cause(ctx) == 5);
  cr_context_free(ctx);
  ctx = cr_context_keep(cr_errgroup_context(&g, cr_context_background()));
  cr_errgroup_go(&g, fails, 0);
  check_eq(cr_errgroup_wait(&g), 0);
  check(cr_context_cause(ctx) == ECANCELED);
  cr_context_free(ctx);
}

static int counts(int yields) {
  int now = atomic_fetch_add(&running, 1) + 1, seen = atomic_load(&most);
  while (seen < now && !atomic_compare_exchange_weak(&most, &seen, now)) {}
  for (int i = 0; i < yields; i++) cr_yield();
  atomic_fetch_sub(&running, 1);
  return 0;
}

static int waits_for(cr_chan(int) c) { return !cr_chan_recv(c, NULL); }

static void a_limit_holds(void) {
  cr_errgroup g = {0};
  most = 0;
  cr_errgroup_limit(&g, 3);
  for (int i = 0; i < 200; i++) cr_errgroup_go(&g, counts, i % 5);
  check_eq(cr_errgroup_wait(&g), 0);
  check(most >= 1 && most <= 3);
  cr_chan(int) c = cr_chan_make(int);
  cr_errgroup_limit(&g, 2);
  check(cr_errgroup_try_go(&g, waits_for, c));
  check(cr_errgroup_try_go(&g, waits_for, c));
  check(!cr_errgroup_try_go(&g, waits_for, c));
  for (int i = 0; i < 2; i++) cr_chan_send(c, 1);
  check_eq(cr_errgroup_wait(&g), 0);
  cr_errgroup_limit(&g, 0);
  check(!cr_errgroup_try_go(&g, waits_for, c));
  cr_errgroup_limit(&g, -1);
  check(cr_errgroup_try_go(&g, waits_for, c));
  cr_chan_send(c, 1);
  check_eq(cr_errgroup_wait(&g), 0);
  cr_chan_free(c);
}

// ---- weighted --------------------------------------------------------------------------------

static cr_weighted weighted = CR_WEIGHTED_INIT(10);
static atomic_int held;

static void takes(int seed, cr_waitgroup *wg) {
  cr_context *bg = cr_context_background();
  for (uint32_t x = (uint32_t)seed, i = 0; i < 1000; i++) {
    x = x * 1664525 + 1013904223;
    int n = (int)(x >> 20) % 10 + 1;
    cr_context *ctx = x & 64 ? cr_context_keep(bg) : cr_context_with_timeout(bg, (x >> 8) % 4000);
    int err = cr_weighted_acquire(&weighted, ctx, n);
    check(err == 0 || err == ETIMEDOUT);
    if (!err) {
      check(atomic_fetch_add(&held, n) + n <= 10);
      if (x & 128) cr_yield();
      atomic_fetch_sub(&held, n);
      cr_weighted_release(&weighted, n);
    }
    cr_context_free(ctx);
  }
  cr_waitgroup_done(wg);
}

static void no_more_than_there_are(void) {
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 8);
  for (int i = 0; i < 8; i++) cr_go(takes, i * 7919, &wg);
  cr_waitgroup_wait(&wg);
  check(cr_weighted_try_acquire(&weighted, 10));
  check(!cr_weighted_try_acquire(&weighted, 1));
  cr_weighted_release(&weighted, 10);
}

static void wants(int64_t n, cr_chan(int64_t) out) {
  check_eq(cr_weighted_acquire(&weighted, cr_context_background(), n), 0);
  cr_chan_send(out, n);
}

static void who_wants_many_is_not_passed(void) {
  cr_chan(int64_t) out = cr_chan_make(int64_t);
  int64_t n;
  check(cr_weighted_try_acquire(&weighted, 5));
  cr_go(wants, 10, out);
  until(weighted.first);
  check(!cr_weighted_try_acquire(&weighted, 1));
  cr_weighted_release(&weighted, 5);
  check(cr_chan_recv(out, &n) && n == 10);
  // One that gives up lets the others go on; more than there can be never comes.
  cr_context *soon = cr_context_with_timeout(cr_context_background(), CR_MILLISECOND);
  cr_weighted_release(&weighted, 7);
  cr_go(wants, 3, out);
  check(cr_chan_recv(out, &n) && n == 3);
  check_eq(cr_weighted_acquire(&weighted, soon, 11), ETIMEDOUT);
  check_eq(cr_weighted_acquire(&weighted, soon, 1), ETIMEDOUT);
  cr_weighted_release(&weighted, 6);
  check(cr_weighted_try_acquire(&weighted, 10));
  cr_weighted_release(&weighted, 10);
  cr_context_free(soon);
  cr_chan_free(out);
}

// ---- shared calls ----------------------------------------------------------------------------

static cr_flight flight;
static atomic_int flights, shares;
static cr_chan(int) go_on;

static void *flies(void *arg) {
  atomic_fetch_add(&flights, 1);
  cr_chan_recv(go_on, NULL);
  return arg;
}

static void asks(const char *key, cr_waitgroup *wg) {
  bool shared = false;
  check(!strcmp(cr_flight_do(&flight, key, flies, (void *)key, &shared), key));
  shares += shared;
  cr_waitgroup_done(wg);
}

static void one_flies_for_all(void) {
  go_on = cr_chan_make(int);
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 20);
  for (int i = 0; i < 20; i++) cr_go(asks, i % 2 ? "odd" : "even", &wg);
  until(atomic_load(&flights) >= 2);
  for (int i = 0; i < 50; i++) cr_yield();
  cr_chan_close(go_on);
  cr_waitgroup_wait(&wg);
  check(flights >= 2 && flights <= 20 && !flight.calls);
  if (flights == 2) check_eq(shares, 20);
  cr_chan_free(go_on);
}

static void *fails_to_fly(void *arg) {
  if (atomic_fetch_add(&flights, 1) == 0) cr_panic("crashed");
  return arg;
}

static void a_panic_is_the_callers(void) {
  volatile int recovered = 0;
  int x = 0;
  flights = 0;
  cr_try { cr_flight_do(&flight, "k", fails_to_fly, &x, NULL); }
  cr_recover(text) { recovered = !strcmp(text, "crashed"); }
  check(recovered && !flight.calls);
  check(cr_flight_do(&flight, "k", fails_to_fly, &x, NULL) == &x);
}

// ---- futures ---------------------------------------------------------------------------------

static char *upper(const char *text) {
  static _Thread_local char none;
  (void)none;
  char *s = strdup(text);
  for (char *p = s; *p; p++) *p = (char)(*p - 32);
  cr_yield();
  return s;
}

static void *number(int n) { return (void *)(intptr_t)(n * n); }

static void futures(void) {
  cr_future *f[10], *text = cr_async(upper, "abc");
  void *v[10];
  for (int i = 0; i < 10; i++) f[i] = cr_async(number, i);
  cr_future_free(cr_async(number, 3));  // dropped
  check(!strcmp(cr_await(text), "ABC") && cr_await(text) == cr_await(text));
  check(!cr_chan_recv(cr_future_done(text), NULL));
  free(cr_await(text));
  cr_future_free(text);
  cr_await_all(10, f, v);
  for (int i = 0; i < 10; i++) check_eq((intptr_t)v[i], i * i);
  cr_await_all(0, NULL, NULL);
  cr_future_free(NULL);
}

// ---- what ends the process -------------------------------------------------------------------

static void releases_too_many(void) { cr_weighted_release(&weighted, 1); }

static void changes_the_limit(void) {
  cr_errgroup g = {0};
  cr_errgroup_limit(&g, 2);
  cr_errgroup_go(&g, waits_for, (cr_chan(int))NULL);
  cr_errgroup_limit(&g, 3);
}

static const struct child_case cases[] = {
    {"release", releases_too_many, "panic: semaphore: released more than held"},
    {"limit", changes_the_limit, "panic: errgroup: modify limit while 1 goroutines in the group are still active"},
};

static void misuse_is_told(void) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check_child(&cases[i]);
}

static int tests(void) {
  const struct CMUnitTest all[] = {
      GO_TEST(waitgroup_go), GO_TEST(the_first_error), GO_TEST(an_error_cancels_the_others), GO_TEST(a_limit_holds),
      GO_TEST(no_more_than_there_are), GO_TEST(who_wants_many_is_not_passed), GO_TEST(one_flies_for_all),
      GO_TEST(a_panic_is_the_callers), GO_TEST(futures), GO_TEST(misuse_is_told),
  };
  return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, cases, sizeof cases / sizeof *cases, tests); }
