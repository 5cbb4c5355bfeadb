// SPDX-License-Identifier: Apache-2.0
// waitgroup_test.c: a wait returns when the counter is 0, not before; reuse, and every panic.
#include "sync_help.h"

#include <stdatomic.h>

static void work(atomic_int *n, cr_waitgroup *wg) {
  atomic_fetch_add(n, 1);
  cr_waitgroup_done(wg);
}

static void a_wait_at_zero_returns(void) {
  cr_waitgroup wg = {0};
  cr_waitgroup_wait(&wg);
  cr_waitgroup_add(&wg, 3);
  cr_waitgroup_add(&wg, -3);
  cr_waitgroup_wait(&wg);
}

static void it_waits_for_all(void) {
  cr_waitgroup wg = {0};
  for (int round = 0; round < 300; round++) {  // and is used again
    atomic_int n = 0;
    cr_waitgroup_add(&wg, 10);
    for (int i = 0; i < 10; i++) cr_go(work, &n, &wg);
    cr_waitgroup_wait(&wg);
    check_eq(n, 10);
  }
  check_eq(wg.state, 0);
}

static void one_round(void) {
  atomic_int n = 0;
  cr_waitgroup wg = {0};  // in a frame that is gone as soon as wait returns
  cr_waitgroup_add(&wg, 2);
  cr_go(work, &n, &wg);
  cr_go(work, &n, &wg);
  cr_waitgroup_wait(&wg);
  check_eq(n, 2);
  memset(&wg, 0xee, sizeof wg);
  __asm__ volatile("" : : "r"(&wg) : "memory");
}

static void gone_as_soon_as_wait_returns(void) {
  for (int i = 0; i < 5000; i++) one_round();
}

static void wait_too(cr_waitgroup *gate, atomic_int *through, cr_waitgroup *wg) {
  cr_waitgroup_wait(gate);
  atomic_fetch_add(through, 1);
  cr_waitgroup_done(wg);
}

static void many_wait(void) {
  enum { N = 100 };
  for (int round = 0; round < 20; round++) {
    cr_waitgroup gate = {0}, wg = {0};
    atomic_int through = 0;
    cr_waitgroup_add(&gate, 1);
    cr_waitgroup_add(&wg, N);
    for (int i = 0; i < N; i++) cr_go(wait_too, &gate, &through, &wg);
    if (round % 2) until((uint32_t)atomic_load(&gate.state) == N);
    check_eq(through, 0);
    cr_waitgroup_done(&gate);
    cr_waitgroup_wait(&wg);
    check_eq(through, N);
  }
}

static void *done_thread(void *p) {
  cr_waitgroup_done(p);
  return NULL;
}

static void foreign_threads_take_part(void) {
  cr_waitgroup wg = {0};
  pthread_t t[4];
  cr_waitgroup_add(&wg, 4);
  for (int i = 0; i < 4; i++) check_eq(pthread_create(&t[i], NULL, done_thread, &wg), 0);
  cr_waitgroup_wait(&wg);
  for (int i = 0; i < 4; i++) pthread_join(t[i], NULL);
}

// ---- what ends the process ------------------------------------------------------------------

static void negative(void) {
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 1);
  cr_waitgroup_done(&wg);
  cr_waitgroup_done(&wg);
}

// The states of the two misuses last a moment, so they are built by hand.
static void add_during_wait(void) {
  cr_waitgroup wg = {.state = 1};  // a waiter, and the counter at 0
  cr_waitgroup_add(&wg, 1);
}

static void reuse(cr_waitgroup *wg) {
  until((uint32_t)atomic_load(&wg->state) == 1);
  atomic_store(&wg->state, (uint64_t)1 << 32);  // as if added to already
  cr_sema_release(&wg->sema);
}

static void reused_too_early(void) {
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 1);
  cr_go(reuse, &wg);
  cr_waitgroup_wait(&wg);
}

static void never_done(void) {
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 1);
  cr_waitgroup_wait(&wg);
}

static const struct child_case cases[] = {
    {"negative", negative, "panic: sync: negative WaitGroup counter"},
    {"add_during_wait", add_during_wait, "panic: sync: WaitGroup misuse: Add called concurrently with Wait"},
    {"reused_too_early", reused_too_early, "panic: sync: WaitGroup is reused before previous Wait has returned"},
    {"never_done", never_done, "fatal error: all goroutines are asleep - deadlock!"},
};

static void mistakes_end_the_process(void) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check_child(&cases[i]);
}

static int tests(void) {
  const struct CMUnitTest all[] = {
      GO_TEST(a_wait_at_zero_returns),
      GO_TEST(it_waits_for_all),
      GO_TEST(gone_as_soon_as_wait_returns),
      GO_TEST(many_wait),
      GO_TEST(foreign_threads_take_part),
      GO_TEST(mistakes_end_the_process),
  };
  return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, cases, sizeof cases / sizeof *cases, tests); }
