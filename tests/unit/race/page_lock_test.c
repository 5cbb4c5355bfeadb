// SPDX-License-Identifier: Apache-2.0
// page_lock_test.c: page locks with favourites exclude, whoever comes when, beside scans and forks.
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "access.h"
#include "page_lock.h"
#include "shadow.h"
#include "thread.h"

void report_race(const struct race_report *r) { (void)r; }

enum { THREADS = 4, STRIPES = 8, ROUNDS = 40000, RUN = 1024 };

static long counter[STRIPES];  // under the lock of stripe i; not atomic: two at once lose counts
static _Atomic int running;
static pthread_barrier_t all_here;

static uintptr_t page(int i) { return 0x5000000 + (uintptr_t)i * SHADOW_PAGE_APP; }

// section counts; if it waits, others come between its reading and its writing.
static void section(int i, bool waits) {
  page_lock(page(i));
  long n = *(volatile long *)&counter[i];
  if (waits) sched_yield();
  *(volatile long *)&counter[i] = n + 1;
  page_unlock(page(i));
}

static void once(int i) { section(i, false); }

static bool is_mine(int i) { return page_stripe_of(page(i))->user == page_self.mark; }

static void lock_often(int i) {
  for (int k = 0; k < UINT16_MAX && !is_mine(i); k++) once(i);
}

static void forget(void) {
  for (int i = 0; i < STRIPES; i++) counter[i] = 0;
}

// Long runs of one thread on a stripe, so that it becomes favourite, and then another's.
static void *work(void *arg) {
  uint64_t x = 1 + (uintptr_t)arg;
  long *mine = calloc(STRIPES, sizeof *mine);
  once(0), mine[0]++;  // each is known by a number of its own
  pthread_barrier_wait(&all_here);
  for (int r = 0; r < ROUNDS;) {
    x ^= x << 13, x ^= x >> 7, x ^= x << 17;
    int i = x % STRIPES, n = 1 + (x >> 8) % RUN;
    for (int k = 0; k < n; k++, r++) section(i, k % 64 == 63);
    mine[i] += n;
  }
  running--;
  return mine;
}

static void run_all(void (*beside)(void)) {
  pthread_t t[THREADS];
  long all[STRIPES] = {0};
  forget();
  running = THREADS;
  pthread_barrier_init(&all_here, NULL, THREADS);
  for (uintptr_t i = 0; i < THREADS; i++) pthread_create(&t[i], NULL, work, (void *)i);
  while (running && beside) beside();
  for (int i = 0; i < THREADS; i++) {
    long *mine;
    pthread_join(t[i], (void **)&mine);
    for (int k = 0; k < STRIPES; k++) all[k] += mine[k];
    free(mine);
  }
  pthread_barrier_destroy(&all_here);
  for (int k = 0; k < STRIPES; k++) assert_int_equal(counter[k], all[k]);
}

static void test_excludes(void **state) {
  uint32_t before = page_struck();
  run_all(NULL);
  assert_true(page_struck() > before);
}

static void favour_none(void) {
  for (int i = 0; i < 20; i++) sched_yield();  // there are favourites again
  page_favour_none();
}

static void test_excludes_beside_scans(void **state) { run_all(favour_none); }

// What sharers do together and nobody does beside who locks the word: each counts its own.
static long shared[THREADS];
static _Atomic bool alone;
static _Atomic long overlaps, together;

static void share(struct page_stripe *s, uintptr_t me) {
  if (alone) overlaps++;
  long n = *(volatile long *)&shared[me];
  if (n % 64 == 0) sched_yield();
  *(volatile long *)&shared[me] = n + 1;
  if (alone) overlaps++;
  together++;
  page_unlock_own();
}

static void lock_out(struct page_stripe *s, bool share_again) {
  long before[THREADS];
  page_lock_word(s);
  alone = true;
  memcpy(before, shared, sizeof before);
  sched_yield();
  if (memcmp(before, shared, sizeof before) != 0) overlaps++;
  alone = false;
  if (share_again) s->user = PAGE_SHARED;
  page_unlock_stripe(s);
}

static void *share_often(void *me) {
  struct page_stripe *s = page_stripe_of(page(5));
  once(0);
  pthread_barrier_wait(&all_here);
  for (int i = 0; i < ROUNDS / 8; i++) {
    if (i % 512 != 511 && page_share(s)) share(s, (uintptr_t)me);
    else lock_out(s, i % 1024 != 1023);
  }
  return NULL;
}

static void test_sharers_are_locked_out(void **state) {
  pthread_t t[THREADS];
  pthread_barrier_init(&all_here, NULL, THREADS);
  for (uintptr_t i = 0; i < THREADS; i++) pthread_create(&t[i], NULL, share_often, (void *)i);
  for (int i = 0; i < THREADS; i++) pthread_join(t[i], NULL);
  pthread_barrier_destroy(&all_here);
  assert_int_equal(overlaps, 0);
  assert_true(together > 0);
}

static void *share_once(void *arg) {
  page_lock_word(page_stripe_of(page(6)));
  page_could_share(page_stripe_of(page(6)));
  page_unlock(page(6));
  return arg;
}

static void test_becomes_shared(void **state) {
  for (int i = 0; i < 20; i++) page_favour_none();  // what was struck out is forgotten
  for (int turns = 0; page_stripe_of(page(6))->user != PAGE_SHARED; turns++) {
    assert_in_range(turns, 0, 4);
    pthread_t t;
    pthread_create(&t, NULL, share_once, NULL);
    pthread_join(t, NULL);
    if (page_stripe_of(page(6))->user != PAGE_SHARED) share_once(NULL);
  }
  once(6);
  assert_int_not_equal(page_stripe_of(page(6))->user, PAGE_SHARED);
}

static void lock_all(void) {
  page_lock_all();
  long before[STRIPES];
  for (int i = 0; i < STRIPES; i++) before[i] = counter[i]++;
  sched_yield();
  for (int i = 0; i < STRIPES; i++) counter[i] = before[i];
  page_unlock_all();
}

static void test_excludes_beside_who_locks_all(void **state) { run_all(lock_all); }

static void *other(void *arg) {
  once(0);
  assert_false(is_mine(0));
  return NULL;
}

static void test_favourite_is_struck_out(void **state) {
  forget();
  lock_often(0);
  assert_true(is_mine(0));
  uint32_t before = page_struck();
  pthread_t t;
  pthread_create(&t, NULL, other, NULL);
  pthread_join(t, NULL);
  assert_int_equal(page_struck(), before + 1);
  assert_false(is_mine(0));
  once(0);
  assert_false(is_mine(0));
}

static void test_visitor_is_no_favourite(void **state) {
  lock_often(1);
  assert_true(is_mine(1));
  page_lock_all();
  page_unlock_all();
  assert_false(is_mine(1));
  for (int i = 0; i < 100; i++) {
    page_visit(page_stripe_of(page(1)));
    page_unlock(page(1));
  }
  assert_false(is_mine(1));
}

static void *become(void *arg) {
  lock_often(2);
  *(uint16_t *)arg = page_self.mark;
  return NULL;
}

// Who has ended is favourite still; whoever gets its place is then.
static void test_place_goes_on(void **state) {
  uint16_t mark[2];
  for (int i = 0; i < 2; i++) {
    pthread_t t;
    pthread_create(&t, NULL, become, &mark[i]);
    pthread_join(t, NULL);
  }
  assert_int_equal(mark[0], mark[1]);
  assert_int_equal(page_stripe_of(page(2))->user, mark[1]);
}

// The child has none of the other threads, and waits for none.
static void test_fork(void **state) {
  pthread_t t;
  uint16_t mark;
  pthread_create(&t, NULL, become, &mark);
  pthread_join(t, NULL);
  lock_often(3);
  pid_t child = fork();
  if (child == 0) {
    forget();
    once(2), once(3);
    lock_often(3);
    _exit(counter[2] == 1 && is_mine(3) ? 0 : 1);
  }
  int status;
  waitpid(child, &status, 0);
  assert_int_equal(status, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_favourite_is_struck_out),
      cmocka_unit_test(test_sharers_are_locked_out),
      cmocka_unit_test(test_becomes_shared),
      cmocka_unit_test(test_visitor_is_no_favourite),
      cmocka_unit_test(test_place_goes_on),
      cmocka_unit_test(test_fork),
      cmocka_unit_test(test_excludes),
      cmocka_unit_test(test_excludes_beside_scans),
      cmocka_unit_test(test_excludes_beside_who_locks_all),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
