// SPDX-License-Identifier: Apache-2.0
// procs_test.c: the number of Ps grows and shrinks while goroutines run, and none of them is lost.
#include "sync_help.h"

#include <errno.h>
#include <stdatomic.h>

#include "sched/sched.h"
#include "sched/wake.h"

static void reads_and_refuses(void) {
  int n = cr_maxprocs();
  check_eq(cr_set_maxprocs(0), n);
  const int bad[] = {-1, -1000, MAX_PROCS + 1, INT32_MAX, INT32_MIN};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) check_eq(cr_set_maxprocs(bad[i]), -EINVAL);
  check_eq(cr_maxprocs(), n);
  check_eq(cr_set_maxprocs(3), n);
  check_eq(cr_maxprocs(), 3);
  check_eq(cr_set_maxprocs(n), 3);
}

// The first Ps beside the only one come by a thread, while goroutines are taken from that one's ring all the time. First
// of all tests, since there are several from then on.
static void yields(_Atomic int *stop, _Atomic long *runs, cr_waitgroup *wg) {
  for (; !*stop; cr_yield()) atomic_fetch_add(runs, 1);
  cr_waitgroup_done(wg);
}

static void *grows(void *arg) {
  int before = cr_set_maxprocs(4);
  check(!load_rlx(&sched.alone));
  check_eq(cr_set_maxprocs(before), 4);
  atomic_store((_Atomic int *)arg, 1);
  return NULL;
}

static void a_thread_ends_the_time_of_one(void) {
  enum { YIELDERS = 50 };
  _Atomic int stop = 0;
  _Atomic long runs[YIELDERS] = {0};
  cr_waitgroup wg = {0};
  pthread_t t;
  cr_waitgroup_add(&wg, YIELDERS);
  for (int i = 0; i < YIELDERS; i++) cr_go(yields, &stop, &runs[i], &wg);
  check_eq(load_rlx(&sched.alone), cr_maxprocs() == 1 && load_rlx(&sched.has_barrier));
  for (int i = 0; i < YIELDERS; i++) until(runs[i] > 0);
  check_eq(pthread_create(&t, NULL, grows, &stop), 0);
  until(stop);
  cr_waitgroup_wait(&wg);  // or one was lost
  pthread_join(t, NULL);
}

static void add_one(_Atomic long *n, cr_waitgroup *wg) {
  (*n)++;
  cr_waitgroup_done(wg);
}

static void starts(_Atomic long *n, int count, cr_waitgroup *wg) {
  for (int i = 0; i < count; i++) {
    cr_go(add_one, n, wg);
    if (i % 10 == 0) cr_yield();
  }
  cr_waitgroup_done(wg);
}

static void passes(cr_chan(int) from, cr_chan(int) to, int rounds, cr_waitgroup *wg) {
  for (int i = 0, v; i < rounds; i++) {
    check(cr_chan_recv(from, &v) && v == i);
    cr_chan_send(to, v);
  }
  cr_waitgroup_done(wg);
}

static void serves(cr_chan(int) a, cr_chan(int) b, int rounds, cr_waitgroup *wg) {
  for (int i = 0, v; i < rounds; i++) {
    cr_chan_send(a, i);
    check(cr_chan_recv(b, &v) && v == i);
  }
  cr_waitgroup_done(wg);
}

static void naps(int rounds, cr_waitgroup *wg) {
  for (int i = 0; i < rounds; i++) cr_sleep(20000);
  cr_waitgroup_done(wg);
}

static void changes(_Atomic int *stop, cr_waitgroup *wg) {
  static const int to[] = {1, 4, 2, 16, 3, 1, 64, 2, 5};
  for (unsigned i = 0; !*stop; i++) {
    cr_set_maxprocs(to[i % (sizeof to / sizeof *to)]);
    if (i % 3) cr_sleep(10000 * (i % 7));
  }
  cr_waitgroup_done(wg);
}

static void nothing_is_lost_under_load(void) {
  enum { COUNT = 5000, PAIRS = 6, ROUNDS = 800 };
  int before = cr_maxprocs();
  _Atomic long n = 0;
  _Atomic int stop = 0;
  cr_waitgroup wg = {0}, changers = {0};
  cr_chan(int) c[2 * PAIRS];
  cr_waitgroup_add(&changers, 2);
  for (int i = 0; i < 2; i++) cr_go(changes, &stop, &changers);
  cr_waitgroup_add(&wg, 4 * (COUNT + 1) + 2 * PAIRS + 4);
  for (int i = 0; i < 4; i++) cr_go(starts, &n, COUNT, &wg);
  for (int i = 0; i < 4; i++) cr_go(naps, 100, &wg);
  for (int i = 0; i < PAIRS; i++) {
    c[2 * i] = cr_chan_make(int);
    c[2 * i + 1] = cr_chan_make(int);
    cr_go(passes, c[2 * i], c[2 * i + 1], ROUNDS, &wg);
    cr_go(serves, c[2 * i], c[2 * i + 1], ROUNDS, &wg);
  }
  cr_waitgroup_wait(&wg);
  check_eq(n, 4 * COUNT);
  stop = 1;
  cr_waitgroup_wait(&changers);
  for (int i = 0; i < 2 * PAIRS; i++) cr_chan_free(c[i]);
  cr_set_maxprocs(before);
}

static void spins(_Atomic int *stop, _Atomic int *begun, cr_waitgroup *wg) {
  (*begun)++;
  while (!*stop) continue;
  cr_waitgroup_done(wg);
}

// Ps that go are given up by whoever has them: also by one that computes.
static void those_that_compute_give_up_theirs(void) {
  int before = cr_set_maxprocs(4);
  _Atomic int stop = 0, begun = 0;
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 3);
  for (int i = 0; i < 3; i++) cr_go(spins, &stop, &begun, &wg);
  until(begun == 3);
  check_eq(cr_set_maxprocs(1), 4);
  until(load_seq(&sched.nlive_p) == 1);
  stop = 1;
  cr_waitgroup_wait(&wg);
  check_eq(cr_set_maxprocs(before), 1);
  check_eq(load_seq(&sched.nlive_p) >= (uint32_t)before, 1);
}

// With more Ps than before more goroutines compute at the same time: each waits for all others.
static void meets(_Atomic int *here, int all, cr_waitgroup *wg) {
  (*here)++;
  while (*here < all) continue;
  cr_waitgroup_done(wg);
}

static void all_meet_on_more(void) {
  int before = cr_set_maxprocs(1);
  _Atomic int here = 0;
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 6);
  for (int i = 0; i < 6; i++) cr_go(meets, &here, 6, &wg);
  cr_set_maxprocs(6);
  cr_waitgroup_wait(&wg);
  cr_set_maxprocs(before);
}

static void *from_a_thread(void *arg) {
  int before = cr_set_maxprocs(7);
  check_eq(cr_set_maxprocs(before), 7);
  return arg;
}

static void foreign_threads_may(void) {
  pthread_t t;
  check_eq(pthread_create(&t, NULL, from_a_thread, NULL), 0);
  pthread_join(t, NULL);
}

static void waits_for_ever(void) { cr_chan_recv((cr_chan(int))NULL, NULL); }

// Gone Ps are not waited for when it is asked whether everybody is asleep.
static void asleep_on_fewer(void) {
  cr_set_maxprocs(8);
  for (int i = 0; i < 20; i++) cr_go(waits_for_ever);
  cr_yield();
  cr_set_maxprocs(2);
  waits_for_ever();
}

static const struct child_case cases[] = {
    {"asleep_on_fewer", asleep_on_fewer, "fatal error: all goroutines are asleep - deadlock!"},
};

static void fatal_ends(void) { check_child(&cases[0]); }

static int tests(void) {
  const struct CMUnitTest list[] = {
      GO_TEST(a_thread_ends_the_time_of_one),
      GO_TEST(reads_and_refuses), GO_TEST(nothing_is_lost_under_load), GO_TEST(those_that_compute_give_up_theirs),
      GO_TEST(all_meet_on_more),  GO_TEST(foreign_threads_may),        GO_TEST(fatal_ends),
  };
  return cmocka_run_group_tests(list, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, cases, 1, tests); }
