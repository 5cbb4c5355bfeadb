// SPDX-License-Identifier: Apache-2.0
// runq_test.c: the run queue alone, and with thieves on real threads.
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <stdatomic.h>

#include "sched/runq.h"

static struct runq q;
static struct g gs[100000];

static void fifo(void **state) {
  for (int i = 0; i < RUNQ_SIZE; i++) assert_true(runq_put(&q, &gs[i]));
  assert_false(runq_put(&q, &gs[RUNQ_SIZE]));
  assert_int_equal(runq_len(&q), RUNQ_SIZE);
  for (int i = 0; i < RUNQ_SIZE; i++) assert_ptr_equal(runq_get(&q, i % 2), &gs[i]);  // alone or not
  assert_null(runq_get(&q, false));
  assert_null(runq_get(&q, true));
}

static void grab_takes_half(void **state) {
  struct g *batch[RUNQ_GRAB];
  static const int sizes[][2] = {{0, 0}, {1, 1}, {2, 1}, {3, 2}, {2 * RUNQ_GRAB - 1, RUNQ_GRAB}, {RUNQ_SIZE, RUNQ_GRAB}};
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
    for (int i = 0; i < sizes[k][0]; i++) runq_put(&q, &gs[i]);
    uint32_t n = runq_grab(&q, batch);
    assert_int_equal(n, sizes[k][1]);
    for (uint32_t i = 0; i < n; i++) assert_ptr_equal(batch[i], &gs[i]);
    while (runq_get(&q, false)) n++;
    assert_int_equal(n, sizes[k][0]);
  }
}

static _Atomic bool stop;

// Every G it got is counted in G's own status.
static void *thief(void *arg) {
  struct g *batch[RUNQ_GRAB];
  while (!atomic_load(&stop)) {
    uint32_t n = runq_grab(&q, batch);
    for (uint32_t i = 0; i < n; i++) atomic_fetch_add(&batch[i]->status, 1);
  }
  return arg;
}

static void each_is_taken_once(void **state) {
  enum { N = sizeof gs / sizeof *gs, THIEVES = 3 };
  pthread_t t[THIEVES];
  atomic_store(&stop, false);
  for (int i = 0; i < THIEVES; i++) assert_int_equal(pthread_create(&t[i], NULL, thief, NULL), 0);
  for (int i = 0; i < N;) {
    if (runq_put(&q, &gs[i])) i++;
    struct g *gp = i % 3 == 0 ? runq_get(&q, false) : NULL;
    if (gp) atomic_fetch_add(&gp->status, 1);
  }
  for (struct g *gp; (gp = runq_get(&q, false));) atomic_fetch_add(&gp->status, 1);
  atomic_store(&stop, true);
  for (int i = 0; i < THIEVES; i++) pthread_join(t[i], NULL);
  for (int i = 0; i < N; i++) assert_int_equal(gs[i].status, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(fifo), cmocka_unit_test(grab_takes_half),
                                     cmocka_unit_test(each_is_taken_once)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
