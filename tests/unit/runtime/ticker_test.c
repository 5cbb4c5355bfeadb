// SPDX-License-Identifier: Apache-2.0
// ticker_test.c: timers and tickers: no moment too early, none twice, none of before a stop or a reset.
#include "sync_help.h"

#include <stdatomic.h>

#include "chan/hchan.h"

static bool has_receiver(cr_timer *t) {
  cr_chan(int64_t) c = cr_timer_chan(t);
  return waitq_peek(&((struct cr_chan *)(uintptr_t)c)->recvq);
}

static void pass(int64_t ns) { until(cr_nanotime() >= ns); }

static void the_moment_is_not_early(void) {
  int64_t start = cr_nanotime(), at;
  cr_timer *t = cr_timer_new(2 * CR_MILLISECOND);
  check(cr_chan_recv(cr_timer_chan(t), &at));
  check(at >= start + 2 * CR_MILLISECOND && at <= cr_nanotime());
  check(!cr_chan_try_recv(cr_timer_chan(t), &at));
  check(!cr_timer_stop(t));
  cr_timer_free(t);
}

static void what_has_passed_is_there_at_once(void) {
  const int64_t passed[] = {0, -1, INT64_MIN};
  for (int i = 0; i < 3; i++) {
    cr_timer *t = cr_timer_new(passed[i]);
    int64_t at = 0;
    check(cr_chan_try_recv(cr_timer_chan(t), &at));
    check(at > 0 && at <= cr_nanotime());
    cr_timer_free(t);
  }
}

static void what_never_comes_can_be_stopped(void) {
  cr_timer *t = cr_timer_new(INT64_MAX);
  check(!cr_chan_try_recv(cr_timer_chan(t), NULL));
  check(cr_timer_stop(t));
  check(!cr_timer_stop(t));
  check(!cr_timer_reset(t, INT64_MAX - 1));
  check(cr_timer_reset(t, 0));
  check(cr_chan_recv(cr_timer_chan(t), NULL));
  cr_timer_free(t);
  cr_timer_free(NULL);
}

static void no_stale_moment(void) {
  for (int i = 0; i < 200; i++) {
    cr_timer *t = cr_timer_new(1000);
    cr_chan(int64_t) c = cr_timer_chan(t);
    pass(cr_nanotime() + (i % 3) * 1000);
    check(cr_chan_len(c) == 0 && cr_chan_cap(c) == 0);
    check(cr_timer_stop(t));  // nobody has received
    check(!cr_chan_try_recv(c, NULL));
    cr_timer_reset(t, 500);
    pass(cr_nanotime() + 1000);
    int64_t again = cr_nanotime(), at;
    check(cr_timer_reset(t, 500));
    check(cr_chan_recv(c, &at));
    check(at >= again + 500);
    cr_timer_free(t);
  }
}

static void a_parked_receiver_waits_for_the_reset(cr_timer *t, cr_chan(int64_t) out) {
  int64_t at;
  check(cr_chan_recv(cr_timer_chan(t), &at));
  cr_chan_send(out, at);
}

static void reset_under_a_receiver(void) {
  cr_timer *t = cr_timer_new(INT64_MAX);
  cr_chan(int64_t) out = cr_chan_make(int64_t);
  cr_go(a_parked_receiver_waits_for_the_reset, t, out);
  until(has_receiver(t));
  int64_t now = cr_nanotime(), at;
  check(cr_timer_reset(t, CR_MILLISECOND));
  check(cr_chan_recv(out, &at));
  check(at >= now + CR_MILLISECOND);
  cr_timer_free(t);
  cr_chan_free(out);
}

// A receiver that came and went leaves nothing behind that a reset would not move.
static void reset_after_a_receiver(void) {
  for (int i = 0; i < 20; i++) {
    cr_timer *t = cr_timer_new(i % 2 ? CR_HOUR : 30 * 1000);
    cr_chan(int64_t) c = cr_timer_chan(t);
    int64_t at;
    check(i % 2 == 0 || !cr_chan_recv_timeout(c, NULL, 1000));
    int64_t now = cr_nanotime();
    cr_timer_reset(t, i % 3 * 50 * 1000);
    check(cr_chan_recv(c, &at));
    check(at >= now + i % 3 * 50 * 1000);
    check(!cr_chan_try_recv(c, NULL));
    cr_timer_free(t);
  }
}

static void after_is_freed_as_a_channel(void) {
  cr_chan(int64_t) soon = cr_after(1), never = cr_after(CR_HOUR);
  check(cr_chan_recv(soon, NULL));
  check(!cr_chan_try_recv(never, NULL));
  cr_chan_free(soon);
  cr_chan_free(never);
}

// ---- tickers ---------------------------------------------------------------------------------

static void ticks(void) {
  enum { PERIOD = 200 * 1000 };
  int64_t start = cr_nanotime(), last = start, at;
  cr_ticker *t = cr_ticker_new(PERIOD);
  for (int i = 1; i <= 10; i++) {
    check(cr_chan_recv(cr_ticker_chan(t), &at));
    check(at > last && at >= start + i * (int64_t)PERIOD);
    last = at;
  }
  pass(last + 5 * PERIOD);
  cr_ticker_stop(t);
  check(!cr_chan_try_recv(cr_ticker_chan(t), &at));
  int64_t again = cr_nanotime();
  cr_ticker_reset(t, 2 * PERIOD);
  check(cr_chan_recv(cr_ticker_chan(t), &at));
  check(at >= again + 2 * PERIOD);
  cr_ticker_free(t);
  cr_ticker_free(NULL);
}

static void missed_ticks_are_one(void) {
  enum { PERIOD = 100 * 1000 };
  cr_ticker *t = cr_ticker_new(PERIOD);
  int64_t start = cr_nanotime();
  pass(start + 20 * PERIOD);
  int64_t first, second;
  check(cr_chan_recv(cr_ticker_chan(t), &first));
  check(cr_chan_recv(cr_ticker_chan(t), &second));
  check(second > start + 20 * PERIOD);
  cr_ticker_free(t);
}

static void a_long_period_does_not_wrap(void) {
  cr_ticker *t = cr_ticker_new(INT64_MAX);
  check(!cr_chan_try_recv(cr_ticker_chan(t), NULL));
  cr_ticker_reset(t, INT64_MAX - 5);
  check(!cr_chan_try_recv(cr_ticker_chan(t), NULL));
  cr_ticker_free(t);
}

// ---- functions -------------------------------------------------------------------------------

static cr_chan(uint64_t) ran;
static atomic_int calls;

static void report_goid(void *arg) {
  check(arg == &calls);
  cr_chan_send(ran, cr_goid());
}

static void count_call(void *arg) { atomic_fetch_add((atomic_int *)arg, 1); }

static void functions_run_in_a_goroutine(void) {
  ran = cr_chan_make(uint64_t);
  uint64_t id;
  cr_timer *t = cr_after_func(100, report_goid, &calls);
  check(cr_timer_chan(t) == NULL);
  check(cr_chan_recv(ran, &id));
  check(id != cr_goid());
  check(!cr_timer_stop(t));
  check(!cr_timer_reset(t, -1));
  check(cr_chan_recv(ran, &id));
  cr_timer_free(t);
  cr_chan_free(ran);
  t = cr_after_func(CR_HOUR, count_call, &calls);
  check(cr_timer_stop(t));
  cr_timer_free(t);
  check_eq(calls, 0);
}

// Each timer is either stopped, or its function runs; never both, never neither.
static void stops(cr_chan(int) done) {
  int stopped = 0;
  for (int i = 0; i < 500; i++) {
    cr_timer *t = cr_after_func(i % 7 * 300, count_call, &calls);
    if (i % 2) cr_yield();
    stopped += cr_timer_stop(t);
    cr_timer_free(t);
  }
  cr_chan_send(done, stopped);
}

static void stopped_or_run(void) {
  atomic_store(&calls, 0);
  cr_chan(int) done = cr_chan_make(int);
  for (int i = 0; i < 4; i++) cr_go(stops, done);
  int stopped = 0, n;
  for (int i = 0; i < 4; i++) cr_chan_recv(done, &n), stopped += n;
  until(atomic_load(&calls) + stopped >= 4 * 500);
  for (int i = 0; i < 100; i++) cr_yield();
  check_eq(calls + stopped, 4 * 500);
  cr_chan_free(done);
}

// Timers come due while they are reset, stopped and freed by others.
static void churns(uint32_t x, cr_waitgroup *wg) {
  cr_timer *t[16] = {0};
  for (int i = 0; i < 4000; i++) {
    x = x * 1664525 + 1013904223;
    cr_timer **p = &t[x >> 28];
    int64_t ns = (x >> 8) % 20000;
    if (!*p) *p = cr_timer_new(ns);
    else if (x & 64) cr_timer_free(*p), *p = NULL;
    else if (x & 32) cr_timer_reset(*p, ns);
    else if (x & 16) cr_chan_try_recv(cr_timer_chan(*p), NULL);
    else cr_timer_stop(*p);
    if (x & 128) cr_yield();
  }
  for (int i = 0; i < 16; i++) cr_timer_free(t[i]);
  cr_waitgroup_done(wg);
}

static void churn(void) {
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 8);
  for (uint32_t i = 0; i < 8; i++) cr_go(churns, i * 77777, &wg);
  cr_waitgroup_wait(&wg);
}

// ---- what ends the process -------------------------------------------------------------------

static void waits(cr_timer *t) { cr_chan_recv(cr_timer_chan(t), NULL); }

static void frees_under_a_receiver(void) {
  cr_timer *t = cr_timer_new(CR_HOUR);
  cr_go(waits, t);
  until(has_receiver(t));
  cr_timer_free(t);
}

static void bad_ticker(void) { cr_ticker_new(0); }
static void bad_reset(void) { cr_ticker_reset(cr_ticker_new(1), -1); }
static void stopped_for_ever(void) {
  cr_timer *t = cr_timer_new(CR_HOUR);
  cr_timer_stop(t);
  cr_chan_recv(cr_timer_chan(t), NULL);
}

static const struct child_case cases[] = {
    {"free", frees_under_a_receiver, "panic: free of channel with waiters"},
    {"new_ticker", bad_ticker, "panic: non-positive interval for NewTicker"},
    {"reset_ticker", bad_reset, "panic: non-positive interval for Ticker.Reset"},
    {"deadlock", stopped_for_ever, "all goroutines are asleep - deadlock!"},
};

static void misuse_is_told(void) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check_child(&cases[i]);
}

static int tests(void) {
  const struct CMUnitTest all[] = {
      GO_TEST(the_moment_is_not_early), GO_TEST(what_has_passed_is_there_at_once),
      GO_TEST(what_never_comes_can_be_stopped), GO_TEST(no_stale_moment), GO_TEST(reset_under_a_receiver), GO_TEST(reset_after_a_receiver),
      GO_TEST(after_is_freed_as_a_channel), GO_TEST(ticks), GO_TEST(missed_ticks_are_one),
      GO_TEST(a_long_period_does_not_wrap), GO_TEST(functions_run_in_a_goroutine), GO_TEST(stopped_or_run),
      GO_TEST(churn), GO_TEST(misuse_is_told),
  };
  return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv) {
  return run_everywhere(argc, argv, cases, sizeof cases / sizeof *cases, tests);
}
