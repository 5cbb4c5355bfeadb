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
static struct lock_graph *graph;  // nil: none

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

static void count(const struct hang *h, void *arg) {
  struct count *c = arg;
  if (h->through.n == 0) assert_int_equal(h->held->use.lock, h->needed->use.lock);
  assert_int_not_equal(h->wait->goid, h->op->goid);
  if (h->wait->goid == c->goid) c->n++;
}

static int hanging(uint64_t goid) {
  struct count c = {goid, 0};
  waits_hanging(graph, count, &c);
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

// What a thread did that has ended comes before all that follows; who does the same later stands for all.
static void dropped(void **state) {
  (void)state;
  const void *x = &object[used++];
  operate(x, false, deed(91, A, LOCK_MUTEX, 0, 1));
  begin(x, deed(90, A, LOCK_MUTEX, 0, 0));
  assert_int_equal(hanging(90), 1);
  waits_drop(91);
  assert_int_equal(hanging(90), 0);
  operate(x, false, deed(92, A, LOCK_MUTEX, 0, 1));
  assert_int_equal(hanging(90), 1);
  waits_drop(90);
  assert_int_equal(hanging(90), 0);
  const void *y = &object[used++];
  operate(y, false, deed(93, B, LOCK_MUTEX, 0, 1));
  waits_drop(93);
  operate(y, false, deed(94, A, LOCK_MUTEX, 0, 1));  // not all had it
  begin(y, deed(95, A, LOCK_MUTEX, 0, 0));
  assert_int_equal(hanging(95), 0);
}

static void ignore(const struct cycle *c, void *arg) {}

// ask enters the request of goid for want with held.
static void ask(uint64_t goid, uint32_t held, uint32_t want, struct past *before) {
  struct request r = {.shape = goid, .goid = goid, .want = {want, LOCK_MUTEX, 0}, .nheld = 1, .held = {{held, LOCK_MUTEX, 0}}, .before = before};
  graph_line(graph, &r.when);
  graph_add(graph, &r, ignore, NULL);
}

static struct deed at(struct moment when, struct deed d) {
  d.when = when;
  return d;
}

// wait_of has goid wait with lock held, and one more complete it after it had needed.
static void wait_of(uint64_t goid, struct moment when, uint32_t held, uint64_t other, struct moment its, uint32_t needed) {
  const void *x = &object[used++];
  begin(x, at(when, deed(goid, held, LOCK_MUTEX, 0, 0)));
  operate(x, false, at(its, deed(other, needed, LOCK_MUTEX, 0, 1)));
}

static void through_others(void **state) {
  (void)state;
  uint32_t l[6];
  struct moment w, o, none = {0};
  graph = graph_new();
  for (int i = 0; i < 6; i++) l[i] = graph_lock(graph, (uintptr_t)&l[i]);
  graph_line(graph, &w);
  graph_line(graph, &o);
  wait_of(70, w, l[0], 71, o, l[1]);
  assert_int_equal(hanging(70), 0);
  ask(72, l[1], l[2], NULL);
  assert_int_equal(hanging(70), 0);
  ask(73, l[2], l[0], NULL);
  assert_int_equal(hanging(70), 1);
  wait_of(74, w, l[0], 73, o, l[1]);  // who completes it is one of those that it would wait for
  assert_int_equal(hanging(74), 0);
  wait_of(73, w, l[0], 75, o, l[1]);  // or who waits
  assert_int_equal(hanging(73), 0);
  wait_of(76, none, l[0], 77, o, l[1]);
  assert_int_equal(hanging(76), 0);
  wait_of(78, w, l[0], 79, o, l[4]);
  ask(80, l[4], l[0], past_add(NULL, w));  // after the wait
  assert_int_equal(hanging(78), 0);
  ask(81, l[4], l[0], past_add(NULL, o));  // after what completes it
  assert_int_equal(hanging(78), 0);
  ask(82, l[4], l[0], NULL);
  assert_int_equal(hanging(78), 1);
  graph_free(graph);
  graph = NULL;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_lock_of_all), cmocka_unit_test(each_counts),
                                     cmocka_unit_test(who_and_how),     cmocka_unit_test(order),
                                     cmocka_unit_test(several),         cmocka_unit_test(forgotten),
                                     cmocka_unit_test(through_others), cmocka_unit_test(dropped)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
