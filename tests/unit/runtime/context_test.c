// SPDX-License-Identifier: Apache-2.0
// context_test.c: contexts: what is canceled with what, when, why; values; who keeps what alive.
#include "sync_help.h"

#include <stdatomic.h>

static bool is_done(cr_context *ctx) {
  bool ok = true;
  return cr_chan_try_recv_ok(cr_context_done(ctx), NULL, &ok) && !ok;
}

static cr_context *child_of(cr_context *parent) { return cr_context_with_cancel(parent); }

static void the_background_is_never_done(void) {
  cr_context *bg = cr_context_background();
  int64_t at;
  check(!cr_context_done(bg) && !cr_context_err(bg) && !cr_context_cause(bg));
  check(!cr_context_deadline(bg, &at) && !cr_context_value(bg, &bg));
  cr_context_cancel(bg);
  check(!cr_context_err(bg));
  cr_context_free(cr_context_keep(bg));
  cr_context_free(bg);
  cr_context_free(NULL);
}

static void what_is_below_is_canceled(void) {
  cr_context *top = child_of(cr_context_background());
  cr_context *left = child_of(top), *leaf = child_of(left), *right = child_of(top);
  check(!is_done(top) && !is_done(leaf));
  cr_context_cancel_cause(left, 42);
  check(!is_done(top) && !is_done(right) && is_done(left) && is_done(leaf));
  check(cr_context_err(leaf) == ECANCELED && cr_context_cause(leaf) == 42);
  cr_context_cancel_cause(leaf, 43);
  cr_context_cancel(top);
  check(is_done(top) && is_done(right) && cr_context_cause(right) == ECANCELED);
  check(cr_context_cause(left) == 42);
  cr_context *late = child_of(leaf);
  check(is_done(late) && cr_context_cause(late) == 42);
  cr_context_free(late);
  cr_context_free(top);  // in any order
  cr_context_free(leaf);
  cr_context_free(right);
  cr_context_free(left);
}

static void a_freed_child_is_forgotten(void) {
  cr_context *top = child_of(cr_context_background()), *kept[3];
  for (int i = 0; i < 100; i++) {
    cr_context *c = child_of(top);
    if (i % 40 == 10) kept[i / 40] = c;
    else cr_context_free(c);
  }
  cr_context_cancel(top);
  for (int i = 0; i < 3; i++) {
    check(is_done(kept[i]));
    cr_context_free(kept[i]);
  }
  cr_context_free(top);
}

// ---- values ----------------------------------------------------------------------------------

static int dropped;
static void drop(void *value) { dropped = dropped * 10 + *(int *)value; }

static void values_are_looked_up_inside_out(void) {
  static int key1, key2, one = 1, two = 2, three = 3;
  cr_context *top = child_of(cr_context_background());
  cr_context *a = cr_context_with_value(top, &key1, &one, drop);
  cr_context *b = cr_context_with_value(a, &key2, &two, NULL);
  cr_context *c = child_of(b);
  cr_context *d = cr_context_with_value(c, &key1, &three, drop);
  check(cr_context_value(a, &key1) == &one && !cr_context_value(a, &key2));
  check(cr_context_value(c, &key1) == &one && cr_context_value(c, &key2) == &two);
  check(cr_context_value(d, &key1) == &three && cr_context_value(d, &key2) == &two);
  check(cr_context_done(a) == cr_context_done(top) && cr_context_done(d) == cr_context_done(c));
  cr_context_cancel(d);  // only what can be canceled is
  check(!cr_context_err(d));
  cr_context *apart = cr_context_without_cancel(d);
  cr_context_cancel(top);
  check(cr_context_err(d) == ECANCELED && is_done(d));
  check(!cr_context_err(apart) && !cr_context_done(apart) && cr_context_value(apart, &key1) == &three);
  cr_context *below = child_of(apart);
  check(!is_done(below));
  cr_context_free(top), cr_context_free(a), cr_context_free(b), cr_context_free(c), cr_context_free(d);
  cr_context_free(apart);
  check_eq(dropped, 0);
  cr_context_free(below);
  check_eq(dropped, 31);
}

// ---- deadlines -------------------------------------------------------------------------------

static void deadlines_pass(void) {
  int64_t start = cr_nanotime(), at = 0;
  cr_context *ctx = cr_context_with_timeout(cr_context_background(), 2 * CR_MILLISECOND);
  cr_context *below = child_of(ctx);
  check(cr_context_deadline(below, &at) && at >= start + 2 * CR_MILLISECOND);
  check(!cr_chan_recv(cr_context_done(below), NULL));
  check(cr_nanotime() >= at);
  check(cr_context_err(below) == ETIMEDOUT && cr_context_cause(ctx) == ETIMEDOUT);
  cr_context_free(ctx);
  cr_context_free(below);
}

static void what_has_passed_is_done_at_once(void) {
  const int64_t passed[] = {0, -1, INT64_MIN};
  for (int i = 0; i < 3; i++) {
    cr_context *a = cr_context_with_timeout(cr_context_background(), passed[i]);
    cr_context *b = cr_context_with_deadline_cause(cr_context_background(), passed[i], 7);
    check(is_done(a) && cr_context_err(a) == ETIMEDOUT);
    check(is_done(b) && cr_context_err(b) == ETIMEDOUT && cr_context_cause(b) == 7);
    cr_context_free(a);
    cr_context_free(b);
  }
}

static void the_earlier_deadline_holds(void) {
  int64_t at, soon = cr_nanotime() + CR_HOUR;
  cr_context *never = cr_context_with_timeout(cr_context_background(), INT64_MAX);
  cr_context *a = cr_context_with_deadline(never, soon), *b = cr_context_with_deadline(a, soon + 1);
  cr_context *c = cr_context_with_deadline(b, soon - 1);
  check(!cr_context_deadline(never, &at));
  check(cr_context_deadline(b, &at) && at == soon);
  check(cr_context_deadline(c, &at) && at == soon - 1);
  cr_context_cancel_cause(a, 9);
  check(is_done(c) && cr_context_err(c) == ECANCELED && cr_context_cause(c) == 9 && !is_done(never));
  cr_context_free(never), cr_context_free(a), cr_context_free(b), cr_context_free(c);
}

// ---- functions afterwards --------------------------------------------------------------------

static cr_chan(uint64_t) ran;
static atomic_int calls;
static void report(void *arg) { cr_chan_send(ran, cr_goid() + (uint64_t)(uintptr_t)arg * 0); }
static void count_call(void *arg) { atomic_fetch_add((atomic_int *)arg, 1); }

static void functions_run_when_it_is_done(void) {
  ran = cr_chan_make(uint64_t);
  uint64_t id;
  cr_context *ctx = child_of(cr_context_background());
  cr_context_watch *w = cr_context_after_func(ctx, report, NULL);
  cr_context_watch *not = cr_context_after_func(ctx, count_call, &calls);
  check(cr_context_stop(not));
  cr_context_cancel(ctx);
  check(cr_chan_recv(ran, &id) && id != cr_goid());
  check(!cr_context_stop(w));
  w = cr_context_after_func(ctx, report, NULL);  // done already
  check(cr_chan_recv(ran, &id));
  check(!cr_context_stop(w));
  check(cr_context_stop(cr_context_after_func(cr_context_background(), count_call, &calls)));
  check_eq(calls, 0);
  cr_context_free(ctx);
  cr_chan_free(ran);
}

// ---- many ------------------------------------------------------------------------------------

static void a_deep_tree(void) {
  enum { DEPTH = 200000 };
  cr_context *top = child_of(cr_context_background()), *ctx = cr_context_keep(top);
  for (int i = 0; i < DEPTH; i++) {
    cr_context *next = child_of(ctx);
    cr_context_free(ctx);
    ctx = next;
  }
  cr_context_cancel_cause(top, 5);
  check_eq(cr_context_cause(ctx), 5);
  cr_context_free(ctx);
  cr_context_free(top);
}

static atomic_int done_seen;
static void waits(cr_context *ctx, cr_waitgroup *wg) {
  cr_chan_recv(cr_context_done(ctx), NULL);
  done_seen += cr_context_cause(ctx) == 3;
  cr_context_free(ctx);
  cr_waitgroup_done(wg);
}

static void a_thousand_wait(void) {
  cr_context *top = child_of(cr_context_background());
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 1000);
  for (int i = 0; i < 1000; i++) cr_go(waits, i % 2 ? child_of(top) : cr_context_keep(top), &wg);
  cr_context_cancel_cause(top, 3);
  cr_waitgroup_wait(&wg);
  check_eq(done_seen, 1000);
  cr_context_free(top);
}

// Derived, canceled, freed and timed out by all at the same time.
static void churns(cr_context *top, uint32_t x, cr_waitgroup *wg) {
  for (int i = 0; i < 1000; i++) {
    x = x * 1664525 + 1013904223;
    cr_context *a = x & 64 ? child_of(top) : cr_context_with_timeout(top, (x >> 8) % 30000);
    cr_context *b = x & 128 ? child_of(a) : cr_context_with_value(a, &x, &x, NULL);
    cr_context_watch *w = x & 256 ? cr_context_after_func(b, count_call, &calls) : NULL;
    if (x & 512) cr_context_free(a);
    if (x & 1024) cr_yield();
    if (x & 2048) cr_context_cancel(b);
    if (w) calls += cr_context_stop(w);
    if (!(x & 512)) cr_context_free(a);
    cr_context_free(b);
    done_seen += w != NULL;
  }
  cr_waitgroup_done(wg);
}

static void churn(void) {
  calls = done_seen = 0;
  cr_context *top = child_of(cr_context_background());
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 6);
  for (uint32_t i = 0; i < 6; i++) cr_go(churns, top, i * 99991, &wg);
  for (int i = 0; i < 100; i++) cr_yield();
  cr_context_cancel(top);
  cr_waitgroup_wait(&wg);
  until(atomic_load(&calls) == atomic_load(&done_seen));  // each function ran, or was stopped
  cr_context_free(top);
}

static int tests(void) {
  const struct CMUnitTest all[] = {
      GO_TEST(the_background_is_never_done), GO_TEST(what_is_below_is_canceled), GO_TEST(a_freed_child_is_forgotten),
      GO_TEST(values_are_looked_up_inside_out), GO_TEST(deadlines_pass), GO_TEST(what_has_passed_is_done_at_once),
      GO_TEST(the_earlier_deadline_holds), GO_TEST(functions_run_when_it_is_done), GO_TEST(a_deep_tree),
      GO_TEST(a_thousand_wait), GO_TEST(churn),
  };
  return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, NULL, 0, tests); }
