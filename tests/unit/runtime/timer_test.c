// SPDX-License-Identifier: Apache-2.0
// timer_test.c: the heap of timers: what is due is called, in order and once; what is stopped is not.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/os.h"
#include "time/timer.h"

// The times lie in the far future, so that the scheduler leaves the timers to the test.
static const int64_t far = INT64_MAX / 2;
static int64_t last;
static int called;

struct entry {
  struct timer timer;
  int64_t when;
  int calls;
};

static void on_time(void *arg) {
  struct entry *e = arg;
  assert_true(e->when >= last);
  last = e->when;
  e->calls++;
  called++;
}

static struct entry entries[2000];

static void in_order(void **state) {
  enum { N = sizeof entries / sizeof *entries };
  last = 0, called = 0;
  for (int i = 0; i < N; i++) {
    entries[i] = (struct entry){.when = far + cheaprand() % 1000};
    timer_start(&entries[i].timer, entries[i].when, on_time, &entries[i]);
  }
  assert_int_equal(timers_run(far - 1), 0);
  int half = timers_run(far + 500);
  for (int i = 0; i < N; i++) assert_int_equal(entries[i].calls, entries[i].when <= far + 500);
  assert_int_equal(half + timers_run(far + 1000), N);
  assert_int_equal(called, N);
  assert_true(timers_next() == INT64_MAX);
}

static void stopped_ones_are_not_called(void **state) {
  enum { N = sizeof entries / sizeof *entries };
  last = 0, called = 0;
  for (int i = 0; i < N; i++) {
    entries[i] = (struct entry){.when = far + cheaprand() % 1000};
    timer_start(&entries[i].timer, entries[i].when, on_time, &entries[i]);
  }
  for (int i = 0; i < N; i += 3) assert_true(timer_stop(&entries[i].timer));
  for (int i = 0; i < N; i += 3) assert_false(timer_stop(&entries[i].timer));
  timers_run(far + 1000);
  for (int i = 0; i < N; i++) assert_int_equal(entries[i].calls, i % 3 != 0);
  assert_false(timer_stop(&entries[1].timer));
}

static void started_again_is_moved(void **state) {
  struct entry a = {.when = far + 5}, b = {.when = far + 3};
  last = 0;
  timer_start(&a.timer, far + 1, on_time, &a);
  timer_start(&b.timer, far + 3, on_time, &b);
  timer_start(&a.timer, far + 5, on_time, &a);
  assert_true(timers_next() == far + 3);
  assert_int_equal(timers_run(far + 4), 1);
  assert_int_equal(timers_run(far + 5), 1);
  assert_int_equal(a.calls, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(in_order), cmocka_unit_test(stopped_ones_are_not_called),
                                     cmocka_unit_test(started_again_is_moved)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
