// SPDX-License-Identifier: Apache-2.0
// lockwait_test.c: which waits can hang, rule by rule.
#include "diag/order/lockwait.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { A = 1, B = 2 };  // locks
static char object[64];  // each test has its own, since the tables stay
static int used;

static struct deed deed(uint64_t goid, uint32_t lock, enum lock_mode mode, uint64_t known, uint64_t told) {
  static uint32_t place;
  return (struct deed){.goid = goid, .at = ++place, .n = lock != 0, .taken = {{{lock, mode, 0}, known, told}}};
}

static void operate(const void *key, bool each, struct deed d) {
  if (waits_operation(&d, key, each)) waits_first(&d, key, each);
}

static uint32_t begin(const void *key, struct deed d) { return waits_enter(&d, &key, 1); }

struct count {
  uint64_t goid;
  int n;
};

static void count(const struct deed *w, const struct taken *held, const struct deed *op, const struct taken *needed, void *arg) {
  struct count *c = arg;
  assert_int_equal(held->use.lock, needed->use.lock);
  assert_int_not_equal(w->goid, op->goid);
  if (w->goid == c->goid) c->n++;
}

static int hanging(uint64_t goid) {
  struct count c = {goid, 0};
  waits_hanging(count, &c);
  return c.n;
}

static void the_lock_of_all(void **state) {
  (void)state;
  const void *x = &object[used++], *y = &object[used++], *z = &object[used++];
  begin(x, deed(10, A, LOCK_MUTEX, 0, 0));
  assert_int_equal(hanging(10), 0);  // nobody was seen who could end it
  operate(x, false, deed(11, A, LOCK_MUTEX, 0, 1));
  assert_int_equal(hanging(10), 1);
  operate(x, false, deed(12, B, LOCK_MUTEX, 0, 2));
  assert_int_equal(hanging(10), 0);
  operate(x, false, deed(11, A, LOCK_MUTEX, 0, 3));
  assert_int_equal(hanging(10), 0);
  begin(y, deed(13, A, LOCK_MUTEX, 0, 0));
  operate(y, false, deed(11, A, LOCK_MUTEX, 0, 1));
  waits_open(y, true);
  assert_int_equal(hanging(13), 0);
  waits_open(z, true);
  operate(z, false, deed(11, A, LOCK_MUTEX, 0, 1));
  begin(z, deed(14, A, LOCK_MUTEX, 0, 0));
  assert_int_equal(hanging(14), 0);
}

static void each_counts(void **state) {
  (void)state;
  const void *x = &object[used++];
  begin(x, deed(20, A, LOCK_MUTEX, 0, 0));
  operate(x, true, deed(21, B, LOCK_MUTEX, 0, 1));
  assert_int_equal(hanging(20), 0);
  operate(x, true, deed(22, A, LOCK_MUTEX, 0, 2));
  assert_int_equal(hanging(20), 1);
}

static void who_and_how(void **state) {
  (void)state;
  const void *x = &object[used++], *y = &object[used++], *z = &object[used++];
  begin(x, deed(30, A, LOCK_MUTEX, 0, 0));
  operate(x, false, deed(30, A, LOCK_MUTEX, 0, 1));  // its own
  assert_int_equal(hanging(30), 0);
  begin(y, deed(31, A, LOCK_READ, 0, 0));
  operate(y, false, deed(32, A, LOCK_READ, 0, 1));
  assert_int_equal(hanging(31), 0);
  begin(z, deed(33, A, LOCK_READ, 0, 0));
  operate(z, false, deed(32, A, LOCK_WRITE, 0, 1));
  assert_int_equal(hanging(33), 1);
}

static void order(void **state) {
  (void)state;
  const void *x = &object[used++], *y = &object[used++], *z = &object[used++];
  begin(x, deed(40, A, LOCK_MUTEX, 5, 0));  // took A when the operation was known
  operate(x, false, deed(41, A, LOCK_MUTEX, 0, 5));
  assert_int_equal(hanging(40), 0);
  uint32_t n = begin(y, deed(42, A, LOCK_MUTEX, 0, 0));
  waits_over(n, 7);
  operate(y, false, deed(43, A, LOCK_MUTEX, 7, 8));  // took A when the end of the wait was known
  assert_int_equal(hanging(42), 0);
  n = begin(z, deed(44, A, LOCK_MUTEX, 4, 0));
  waits_over(n, 7);
  operate(z, false, deed(45, A, LOCK_MUTEX, 6, 9));
  assert_int_equal(hanging(44), 1);
}

// All objects of a select have to be kept back.
static void several(void **state) {
  (void)state;
  const void *x[2] = {&object[used++], &object[used++]};
  struct deed d = deed(50, A, LOCK_MUTEX, 0, 0);
  waits_enter(&d, x, 2);
  operate(x[0], false, deed(51, A, LOCK_MUTEX, 0, 1));
  assert_int_equal(hanging(50), 0);
  operate(x[1], false, deed(51, A, LOCK_MUTEX, 0, 2));
  assert_int_equal(hanging(50), 1);
}

// What was waited on is remembered when its memory is given back, and not mixed with what is there next.
static void forgotten(void **state) {
  (void)state;
  const void *x = &object[used++];
  begin(x, deed(60, A, LOCK_MUTEX, 0, 0));
  operate(x, false, deed(61, A, LOCK_MUTEX, 0, 1));
  waits_forget(x);
  assert_int_equal(hanging(60), 1);
  begin(x, deed(62, A, LOCK_MUTEX, 0, 0));
  assert_int_equal(hanging(62), 0);
  waits_open(x, true);
  assert_int_equal(hanging(60), 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_lock_of_all), cmocka_unit_test(each_counts),
                                     cmocka_unit_test(who_and_how),     cmocka_unit_test(order),
                                     cmocka_unit_test(several),         cmocka_unit_test(forgotten)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
