// SPDX-License-Identifier: Apache-2.0
// clock_test.c: the time of day jumps by years at each look, back and forth, and nothing that waits is early, late or lost.
#include "sync_help.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static _Atomic unsigned looks;

static void jump(struct timespec *t) {
  static const time_t years = 3600 * 24 * 365;
  t->tv_sec += (looks++ % 2 ? -5 : 5) * years;
}

// The library's too: this program has its own.
int clock_gettime(clockid_t clock, struct timespec *t) {
  int r = (int)syscall(SYS_clock_gettime, clock, t);
  if (r == 0 && clock != CLOCK_MONOTONIC && clock != CLOCK_PROCESS_CPUTIME_ID && clock != CLOCK_THREAD_CPUTIME_ID && clock >= 0) jump(t);
  return r;
}

time_t time(time_t *out) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  if (out) *out = t.tv_sec;
  return t.tv_sec;
}

static void the_jumps_are_there(void) {
  time_t a = time(NULL), b = time(NULL);
  check(a - b > 3600 || b - a > 3600);
}

static void sleeps_end(void) {
  int64_t before = cr_nanotime();
  for (int i = 0; i < 5; i++) cr_sleep(CR_MILLISECOND);
  check(cr_nanotime() - before >= 5 * CR_MILLISECOND);
}

static void far_timeouts_stay_far(void) {
  cr_chan(int) c = cr_chan_make(int);
  cr_timer *far = cr_timer_new(24 * CR_HOUR);
  cr_context *ctx = cr_context_with_timeout(cr_context_background(), 24 * CR_HOUR);
  int v, timeouts = 0;
  cr_select {
    cr_on_recv(cr_timer_chan(far), NULL) { check(false); }
    cr_on_recv(cr_context_done(ctx), NULL) { check(false); }
    cr_on_recv(c, &v) { check(false); }
    cr_on_timeout(5 * CR_MILLISECOND) { timeouts++; }
  }
  check(timeouts == 1 && cr_timer_stop(far));
  cr_context_cancel(ctx);
  cr_context_free(ctx);
  cr_timer_free(far);
  cr_chan_free(c);
}

static void tickers_tick(void) {
  cr_ticker *t = cr_ticker_new(CR_MILLISECOND);
  for (int i = 0; i < 5; i++) check(cr_chan_recv(cr_ticker_chan(t), NULL));
  cr_ticker_free(t);
}

static int all_tests(void) {
  const struct CMUnitTest tests[] = {
      GO_TEST(the_jumps_are_there), GO_TEST(sleeps_end), GO_TEST(far_timeouts_stay_far), GO_TEST(tickers_tick),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, NULL, 0, all_tests); }
