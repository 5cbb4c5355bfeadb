// SPDX-License-Identifier: Apache-2.0
// lock_test.c: the runtime's own lock excludes threads, and those that sleep are woken.
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

#include "base/lock.h"

static struct lock l;
static long counter;

static void *adds(void *arg) {
  for (int i = 0; i < 200000; i++) {
    lock(&l);
    counter++;
    unlock(&l);
  }
  return arg;
}

static void excludes(void **state) {
  pthread_t t[4];
  for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&t[i], NULL, adds, NULL), 0);
  for (int i = 0; i < 4; i++) pthread_join(t[i], NULL);
  assert_int_equal(counter, 800000);
  assert_int_equal(l.word, 0);
  assert_int_equal(lock_sleepers[lock_hash(&l)], 0);
}

static void *takes(void *arg) {
  lock(&l);
  counter = -1;
  unlock(&l);
  return arg;
}

static void wakes_a_sleeper(void **state) {
  pthread_t t;
  lock(&l);
  assert_false(trylock(&l));
  assert_int_equal(pthread_create(&t, NULL, takes, NULL), 0);
  while (load_acq(&lock_sleepers[lock_hash(&l)]) == 0) sched_yield();  // it sleeps, or is about to
  assert_true(counter != -1);
  unlock(&l);
  pthread_join(t, NULL);
  assert_int_equal(counter, -1);
  assert_true(trylock(&l));
  unlock(&l);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(excludes), cmocka_unit_test(wakes_a_sleeper)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
