// SPDX-License-Identifier: Apache-2.0
// cond_test.c: a signal wakes the one that waited longest, a broadcast all, and none is lost.
#include "sync_help.h"

#include <stdatomic.h>

static cr_mutex mu;
static cr_rwmutex rw;
static cr_cond cond;

static void wait_turn(atomic_int *waiting, int *woken, int id, int *order, cr_waitgroup *wg) {
  cr_mutex_lock(&mu);
  atomic_fetch_add(waiting, 1);
  cr_cond_wait(&cond, &mu);
  order[(*woken)++] = id;
  cr_mutex_unlock(&mu);
  cr_waitgroup_done(wg);
}

static int waiters(void) { return (int)atomic_load(&cond.nwait); }

static void signals_wake_in_order(void) {
  enum { N = 30 };
  atomic_int waiting = 0;
  int woken = 0, order[N];
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, N);
  for (int i = 0; i < N; i++) {
    cr_go(wait_turn, &waiting, &woken, i, order, &wg);
    until(waiters() == i + 1);
  }
  for (int i = 0; i < N; i++) {
    cr_mutex_lock(&mu);
    check_eq(woken, i);
    cr_cond_signal(&cond);
    cr_mutex_unlock(&mu);
    for (bool more = true; more;) {
      cr_mutex_lock(&mu);
      more = woken == i;
      cr_mutex_unlock(&mu);
      if (more) cr_yield();
    }
  }
  cr_waitgroup_wait(&wg);
  for (int i = 0; i < N; i++) check_eq(order[i], i);
  cr_cond_signal(&cond);  // nobody waits: nothing is remembered
  check_eq(waiters(), 0);
}

static void a_broadcast_wakes_all(void) {
  enum { N = 50 };
  atomic_int waiting = 0;
  int woken = 0, order[N];
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, N);
  for (int i = 0; i < N; i++) cr_go(wait_turn, &waiting, &woken, i, order, &wg);
  until(waiters() == N);
  cr_cond_broadcast(&cond);
  cr_waitgroup_wait(&wg);
  check(woken == N && waiters() == 0);
}

// A bounded queue over one mutex and two conds: a lost signal would hang it.
enum { CAP = 3 };
static struct {
  cr_mutex m;
  cr_cond not_full, not_empty;
  int n, in, out;
  int ring[CAP];
} q;

static void put(int n, cr_waitgroup *wg) {
  for (int i = 0; i < n; i++) {
    cr_mutex_lock(&q.m);
    while (q.n == CAP) cr_cond_wait(&q.not_full, &q.m);
    q.ring[q.in++ % CAP] = 1;
    q.n++;
    cr_cond_signal(&q.not_empty);
    cr_mutex_unlock(&q.m);
  }
  cr_waitgroup_done(wg);
}

static void get(int n, atomic_int *got, cr_waitgroup *wg) {
  for (int i = 0; i < n; i++) {
    cr_mutex_lock(&q.m);
    while (q.n == 0) cr_cond_wait(&q.not_empty, &q.m);
    int v = q.ring[q.out++ % CAP];
    q.n--;
    cr_mutex_unlock(&q.m);
    cr_cond_signal(&q.not_full);
    atomic_fetch_add(got, v);
  }
  cr_waitgroup_done(wg);
}

static void no_signal_is_lost(void) {
  atomic_int got = 0;
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 12);
  for (int i = 0; i < 6; i++) {
    cr_go(put, 3000, &wg);
    cr_go(get, 3000, &got, &wg);
  }
  cr_waitgroup_wait(&wg);
  check(got == 18000 && q.n == 0);
}

static bool ready;

static void set_ready(void) {
  cr_rwmutex_lock(&rw);
  ready = true;
  cr_rwmutex_unlock(&rw);
  cr_cond_broadcast(&cond);
}

static void over_an_rwmutex(void) {
  ready = false;
  cr_rwmutex_lock(&rw);
  cr_go(set_ready);
  while (!ready) cr_cond_wait_rw(&cond, &rw);
  check(!cr_rwmutex_tryrlock(&rw));
  cr_rwmutex_unlock(&rw);
}

static void *signal_thread(void *arg) {
  (void)arg;
  cr_mutex_lock(&mu);
  ready = true;
  cr_cond_signal(&cond);
  cr_mutex_unlock(&mu);
  return NULL;
}

// ---- any lock: here a channel of capacity 1 ---------------------------------------------------

static cr_chan(char) gate;
static void gate_lock(void *l) { cr_chan_send(gate, 0); }
static void gate_unlock(void *l) {
  cr_yield();  // a signal may come before the waiter has parked
  cr_chan_recv(gate, NULL);
}

static int items, taken;

static void takes_items(int n, cr_waitgroup *wg) {
  for (int i = 0; i < n; i++) {
    gate_lock(NULL);
    while (items == 0) cr_cond_wait_any(&cond, gate_unlock, gate_lock, NULL);
    items--;
    taken++;
    gate_unlock(NULL);
  }
  cr_waitgroup_done(wg);
}

static void puts_items(int n, cr_waitgroup *wg) {
  for (int i = 0; i < n; i++) {
    gate_lock(NULL);
    items++;
    cr_cond_signal(&cond);
    gate_unlock(NULL);
    if (i % 50 == 0) cr_cond_broadcast(&cond);
  }
  cr_waitgroup_done(wg);
}

static void over_a_lock_of_ones_own(void) {
  gate = cr_chan_make(char, 1);
  items = taken = 0;
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 8);
  for (int i = 0; i < 4; i++) {
    cr_go(takes_items, 300, &wg);
    cr_go(puts_items, 300, &wg);
  }
  cr_waitgroup_wait(&wg);
  check(items == 0 && taken == 1200 && waiters() == 0);
  cr_chan_free(gate);
}

static void a_foreign_thread_signals(void) {
  pthread_t t;
  ready = false;
  cr_mutex_lock(&mu);
  check_eq(pthread_create(&t, NULL, signal_thread, NULL), 0);
  while (!ready) cr_cond_wait(&cond, &mu);
  cr_mutex_unlock(&mu);
  pthread_join(t, NULL);
}

// ---- what ends the process ------------------------------------------------------------------

static void wait_unlocked(void) { cr_cond_wait(&cond, &mu); }

static void never_signalled(void) {
  cr_mutex_lock(&mu);
  cr_cond_wait(&cond, &mu);
}

static const struct child_case cases[] = {
    {"wait_unlocked", wait_unlocked, "fatal error: sync: unlock of unlocked mutex"},
    {"never_signalled", never_signalled, "fatal error: all goroutines are asleep - deadlock!"},
};

static void mistakes_end_the_process(void) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check_child(&cases[i]);
}

static int tests(void) {
  const struct CMUnitTest all[] = {
      GO_TEST(signals_wake_in_order),
      GO_TEST(a_broadcast_wakes_all),
      GO_TEST(no_signal_is_lost),
      GO_TEST(over_an_rwmutex),
      GO_TEST(over_a_lock_of_ones_own),
      GO_TEST(a_foreign_thread_signals),
      GO_TEST(mistakes_end_the_process),
  };
  return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, cases, sizeof cases / sizeof *cases, tests); }
