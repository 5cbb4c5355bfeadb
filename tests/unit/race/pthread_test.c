// SPDX-License-Identifier: Apache-2.0
// pthread_test.c: each edge of libc's locks and threads, and where there is none.
//
// The calls below are the program's own: the archive's wrappers stand in front of libc. A thread notes
// an access (its slot and clock) where a program would write, and another asks whether it is ordered.
// Threads are led through each case by `turn`, which makes no edge.
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc.h"
#include "clock.h"
#include "epoch.h"
#include "init.h"
#include "thread.h"

struct event {
  uint32_t slot, clk;
};
static struct event here(void) {
  epoch_open(race_cur);
  return (struct event){race_cur->slot, race_cur->clk};
}
static bool known(struct event e) { return e.slot == race_cur->slot || vclock_get(&race_cur->vc, e.slot) >= e.clk; }

static _Atomic int turn;
static void set(int n) { atomic_store(&turn, n); }
static void until(int n) {
  while (atomic_load(&turn) < n) sched_yield();
}
static struct event before, after;  // what the other thread noted
static struct timespec past = {1, 0};

static pthread_t start(void *(*fn)(void *), void *arg) {
  pthread_t t;
  set(0);
  if (pthread_create(&t, NULL, fn, arg) != 0) abort();
  return t;
}

// ---- threads -----------------------------------------------------------------------------------------

static bool child_knew;
static void *child(void *arg) {
  child_knew = known(*(struct event *)arg);
  before = here();
  set(1);
  return (void *)7;
}

static void create_and_join(void **state) {
  (void)state;
  struct event e = here();
  pthread_t t = start(child, &e);
  until(1);
  assert_false(known(before));
  void *result;
  assert_int_equal(pthread_join(t, &result), 0);
  assert_ptr_equal(result, (void *)7);
  assert_true(child_knew);
  assert_true(known(before));
}

static struct event since;
static void *sees_since(void *arg) {
  (void)arg;
  until(1);
  child_knew = known(since);
  return NULL;
}

static void creation_orders_nothing_later(void **state) {
  (void)state;
  pthread_t t = start(sees_since, NULL);
  since = here();
  set(1);
  pthread_join(t, NULL);
  assert_false(child_knew);
}

static void *blocks(void *arg) {
  (void)arg;
  before = here();
  set(1);
  until(2);
  return NULL;
}

static void a_failed_join_gives_nothing(void **state) {
  (void)state;
  pthread_t t = start(blocks, NULL);
  until(1);
  assert_int_equal(pthread_tryjoin_np(t, NULL), EBUSY);
  assert_int_equal(pthread_timedjoin_np(t, NULL, &past), ETIMEDOUT);
  assert_int_equal(pthread_clockjoin_np(t, NULL, CLOCK_MONOTONIC, &past), ETIMEDOUT);
  assert_false(known(before));
  set(2);
  struct timespec far = {time(NULL) + 1000, 0};
  assert_int_equal(pthread_timedjoin_np(t, NULL, &far), 0);
  assert_true(known(before));
}

static void *quits(void *arg) {
  (void)arg;
  before = here();
  pthread_exit((void *)9);
}

static pthread_key_t key;
static void at_thread_end(void *p) {
  (void)p;
  after = here();
}
static void *has_a_key(void *arg) {
  pthread_setspecific(key, arg);
  quits(arg);
  return NULL;
}

static void what_destructors_do_is_joined_too(void **state) {
  (void)state;
  pthread_key_create(&key, at_thread_end);
  after = (struct event){0};
  pthread_t t = start(has_a_key, &key);
  void *result;
  pthread_join(t, &result);
  assert_ptr_equal(result, (void *)9);
  assert_true(after.slot != 0 && known(after) && known(before));
  pthread_key_delete(key);
}

static void *posts_and_ends(void *sem) {
  before = here();
  sem_post(sem);
  return NULL;
}
static void *does_nothing(void *arg) { return arg; }

static void churn(int n, sem_t *s) {
  pthread_attr_t detached;
  pthread_attr_init(&detached);
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  pthread_t t;
  for (int i = 0; i < n; i++) {
    assert_int_equal(pthread_create(&t, &detached, posts_and_ends, s), 0);
    sem_wait(s);
    t = start(posts_and_ends, s);
    pthread_detach(t);
    sem_wait(s);
    pthread_join(start(does_nothing, NULL), NULL);
  }
  while (thread_records() > 0) sched_yield();  // the detached ones end on their own
  pthread_attr_destroy(&detached);
}

static void ended_threads_leave_nothing(void **state) {
  (void)state;
  sem_t s;
  sem_init(&s, 0, 0);
  churn(50, &s);
  assert_int_equal(thread_records(), 0);
  size_t held = race_alloc_bytes();
  churn(500, &s);
  // The infos of threads whose accesses may still be asked for stay until a scan; the rest must go.
  assert_true(race_alloc_bytes() < held + 1500 * 300);
  sem_destroy(&s);
}

static void a_failed_create_leaves_nothing(void **state) {
  (void)state;
  pthread_attr_t huge;
  pthread_attr_init(&huge);
  assert_int_equal(pthread_attr_setstacksize(&huge, (size_t)1 << 46), 0);
  size_t records = thread_records();
  pthread_t t;
  assert_int_not_equal(pthread_create(&t, &huge, does_nothing, NULL), 0);
  assert_int_equal(thread_records(), records);
  pthread_attr_destroy(&huge);
}

static int c11_child(void *arg) {
  (void)arg;
  before = here();
  return -5;
}
static void c11_threads(void **state) {
  (void)state;
  thrd_t t;
  int result;
  assert_int_equal(thrd_create(&t, c11_child, NULL), thrd_success);
  assert_int_equal(thrd_join(t, &result), thrd_success);
  assert_int_equal(result, -5);
  assert_true(known(before));
}

// ---- mutexes -----------------------------------------------------------------------------------------

static void *locks_once(void *m) {
  before = here();
  pthread_mutex_lock(m);
  pthread_mutex_unlock(m);
  after = here();
  set(1);
  until(2);
  return NULL;
}

static void unlock_to_lock(void **state) {
  (void)state;
  struct timespec far = {time(NULL) + 1000, 0}, monotonic;
  clock_gettime(CLOCK_MONOTONIC, &monotonic);
  monotonic.tv_sec += 1000;
  for (int how = 0; how < 4; how++) {
    pthread_mutex_t m, other;
    pthread_mutex_init(&m, NULL), pthread_mutex_init(&other, NULL);
    pthread_t t = start(locks_once, &m);
    until(1);
    pthread_mutex_lock(&other);
    assert_false(known(before));
    int r = how == 0   ? pthread_mutex_lock(&m)
            : how == 1 ? pthread_mutex_trylock(&m)
            : how == 2 ? pthread_mutex_timedlock(&m, &far)
                       : pthread_mutex_clocklock(&m, CLOCK_MONOTONIC, &monotonic);
    assert_int_equal(r, 0);
    assert_true(known(before));
    assert_false(known(after));
    pthread_mutex_unlock(&m), pthread_mutex_unlock(&other);
    set(2);
    pthread_join(t, NULL);
    pthread_mutex_destroy(&m), pthread_mutex_destroy(&other);
  }
}

static void *unlocks_and_keeps(void *m) {
  before = here();
  pthread_mutex_lock(m);
  pthread_mutex_unlock(m);
  pthread_mutex_lock(m);
  set(1);
  until(2);
  pthread_mutex_unlock(m);
  return NULL;
}

static void a_lock_not_taken_gives_nothing(void **state) {
  (void)state;
  pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
  pthread_t t = start(unlocks_and_keeps, &m);
  until(1);
  assert_int_equal(pthread_mutex_trylock(&m), EBUSY);
  assert_int_equal(pthread_mutex_timedlock(&m, &past), ETIMEDOUT);
  assert_int_equal(pthread_mutex_clocklock(&m, CLOCK_MONOTONIC, &past), ETIMEDOUT);
  assert_false(known(before));
  set(2);
  pthread_join(t, NULL);
  pthread_mutex_destroy(&m);
}

static void *unlocks_anothers(void *m) {
  before = here();
  if (pthread_mutex_unlock(m) != EPERM) abort();
  set(1);
  until(2);
  return NULL;
}

static void an_unlock_that_fails_gives_nothing(void **state) {
  (void)state;
  const int types[] = {PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_RECURSIVE};
  for (int i = 0; i < 2; i++) {
    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, types[i]);
    pthread_mutex_t m;
    pthread_mutex_init(&m, &attr);
    pthread_t t = start(unlocks_anothers, &m);
    until(1);
    assert_int_equal(pthread_mutex_lock(&m), 0);
    assert_false(known(before));
    pthread_mutex_unlock(&m);
    set(2);
    pthread_join(t, NULL);
    pthread_mutex_destroy(&m);
  }
}

static void *unlocks_for_another(void *m) {
  before = here();
  pthread_mutex_unlock(m);
  set(1);
  until(2);
  return NULL;
}

// A default mutex handed over: undefined by POSIX, an edge in practice.
static void a_default_mutex_unlocked_by_another(void **state) {
  (void)state;
  pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&m);
  pthread_t t = start(unlocks_for_another, &m);
  pthread_mutex_lock(&m);
  assert_true(known(before));
  pthread_mutex_unlock(&m);
  until(1);
  set(2);
  pthread_join(t, NULL);
}

static void *dies_holding(void *m) {
  pthread_mutex_lock(m);
  before = here();
  return NULL;
}

static void a_robust_mutex_of_a_dead_owner(void **state) {
  (void)state;
  pthread_mutexattr_t attr;
  pthread_mutexattr_init(&attr);
  pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_t m;
  pthread_mutex_init(&m, &attr);
  pthread_t t = start(dies_holding, &m);
  pthread_detach(t);  // no join: the mutex alone gives the edge
  int r;
  while ((r = pthread_mutex_trylock(&m)) != EOWNERDEAD) {
    if (r == 0) pthread_mutex_unlock(&m);
    sched_yield();
  }
  assert_true(known(before));
  assert_int_equal(pthread_mutex_consistent(&m), 0);
  pthread_mutex_unlock(&m);
  pthread_mutex_destroy(&m);
}

static void a_new_mutex_at_an_old_address(void **state) {
  (void)state;
  pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
  pthread_t t = start(locks_once, &m);
  until(1);
  pthread_mutex_destroy(&m);
  pthread_mutex_init(&m, NULL);
  pthread_mutex_lock(&m);
  assert_false(known(before));
  pthread_mutex_unlock(&m);
  set(2);
  pthread_join(t, NULL);
}

// ---- condition variables -------------------------------------------------------------------------------

static pthread_mutex_t cm = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cv = PTHREAD_COND_INITIALIZER;
static bool said, waiter_knew;
static struct event noted;

static void *waits(void *arg) {
  (void)arg;
  pthread_mutex_lock(&cm);
  before = here();
  set(1);
  while (!said) pthread_cond_wait(&cv, &cm);
  waiter_knew = known(noted);
  pthread_mutex_unlock(&cm);
  return NULL;
}

static void a_wait_gives_the_mutex_up_and_takes_it_back(void **state) {
  (void)state;
  said = false;
  pthread_t t = start(waits, NULL);
  until(1);
  pthread_mutex_lock(&cm);  // possible only because the wait gave it up
  assert_true(known(before));
  noted = here();
  said = true;
  pthread_cond_signal(&cv);
  pthread_mutex_unlock(&cm);
  pthread_join(t, NULL);
  assert_true(waiter_knew);
}

static void *signals_only(void *arg) {
  (void)arg;
  before = here();
  pthread_cond_broadcast(&cv);
  set(1);
  until(2);
  return NULL;
}

static void a_signal_alone_gives_nothing(void **state) {
  (void)state;
  pthread_t t = start(signals_only, NULL);
  until(1);
  pthread_mutex_lock(&cm);
  assert_int_equal(pthread_cond_timedwait(&cv, &cm, &past), ETIMEDOUT);
  assert_int_equal(pthread_cond_clockwait(&cv, &cm, CLOCK_MONOTONIC, &past), ETIMEDOUT);
  pthread_mutex_unlock(&cm);
  assert_false(known(before));
  set(2);
  pthread_join(t, NULL);
}

static void cleans(void *arg) {
  (void)arg;
  waiter_knew = known(noted);
  pthread_mutex_unlock(&cm);
}
static void *waits_for_ever(void *arg) {
  (void)arg;
  pthread_mutex_lock(&cm);
  pthread_cleanup_push(cleans, NULL);
  set(1);
  for (;;) pthread_cond_wait(&cv, &cm);
  pthread_cleanup_pop(0);
  return NULL;
}

static void a_cancelled_wait_takes_the_mutex_back(void **state) {
  (void)state;
  pthread_t t = start(waits_for_ever, NULL);
  until(1);
  pthread_mutex_lock(&cm);
  pthread_cancel(t);
  noted = here();
  pthread_mutex_unlock(&cm);
  void *result;
  pthread_join(t, &result);
  assert_ptr_equal(result, PTHREAD_CANCELED);
  assert_true(waiter_knew);
}

// ---- read-write locks ----------------------------------------------------------------------------------

static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static void *reads_locked(void *arg) {
  (void)arg;
  before = here();
  pthread_rwlock_rdlock(&rw);
  pthread_rwlock_unlock(&rw);
  set(1);
  until(2);
  return NULL;
}
static void *writes_locked(void *arg) {
  (void)arg;
  before = here();
  pthread_rwlock_wrlock(&rw);
  pthread_rwlock_unlock(&rw);
  set(1);
  until(2);
  return NULL;
}

static void readers_and_writers(void **state) {
  (void)state;
  for (int writer = 0; writer < 2; writer++)
    for (int write = 0; write < 2; write++) {
      pthread_t t = start(writer ? writes_locked : reads_locked, NULL);
      until(1);
      assert_int_equal(write ? pthread_rwlock_wrlock(&rw) : pthread_rwlock_rdlock(&rw), 0);
      assert_int_equal(known(before), writer || write);
      pthread_rwlock_unlock(&rw);
      set(2);
      pthread_join(t, NULL);
    }
}

// ---- the others ----------------------------------------------------------------------------------------

static pthread_spinlock_t spin;
static void *spins(void *arg) {
  (void)arg;
  before = here();
  pthread_spin_lock(&spin);
  set(1);
  until(2);
  pthread_spin_unlock(&spin);
  set(3);
  return NULL;
}
static void spin_locks(void **state) {
  (void)state;
  pthread_spin_init(&spin, 0);
  pthread_t t = start(spins, NULL);
  until(1);
  assert_int_equal(pthread_spin_trylock(&spin), EBUSY);
  assert_false(known(before));
  set(2);
  pthread_spin_lock(&spin);
  assert_true(known(before));
  pthread_spin_unlock(&spin);
  pthread_join(t, NULL);
  pthread_spin_destroy(&spin);
}

static void semaphores(void **state) {
  (void)state;
  sem_t s;
  sem_init(&s, 0, 0);
  pthread_t t = start(posts_and_ends, &s);
  assert_int_equal(sem_wait(&s), 0);
  assert_true(known(before));
  struct event e = before;
  pthread_join(t, NULL);
  assert_int_equal(sem_trywait(&s), -1);
  assert_int_equal(errno, EAGAIN);
  assert_int_equal(sem_timedwait(&s, &past), -1);
  assert_int_equal(errno, ETIMEDOUT);
  // Two posts are both known to whoever waits: it cannot tell whose token it took.
  t = start(posts_and_ends, &s);
  pthread_t u;
  pthread_create(&u, NULL, posts_and_ends, &s);
  sem_wait(&s), sem_wait(&s);
  assert_true(known(before) && known(e));
  pthread_join(t, NULL), pthread_join(u, NULL);
  sem_destroy(&s);
}

enum { ROUNDS = 300, PARTY = 3 };
static pthread_barrier_t barrier;
static _Atomic uint64_t entered[PARTY][ROUNDS], left[PARTY][ROUNDS];
static _Atomic int wrong;

static uint64_t packed(struct event e) { return (uint64_t)e.slot << 32 | e.clk; }
static struct event unpacked(uint64_t v) { return (struct event){(uint32_t)(v >> 32), (uint32_t)v}; }

// Whoever leaves round r knows what all did before entering it, and nothing that any did after leaving.
static void *rounds(void *arg) {
  int me = (int)(intptr_t)arg;
  for (int r = 0; r < ROUNDS; r++) {
    atomic_store(&entered[me][r], packed(here()));
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < PARTY; i++) {
      uint64_t v = atomic_load(&left[i][r]);
      if (!known(unpacked(atomic_load(&entered[i][r])))) wrong++;
      if (i != me && v && known(unpacked(v))) wrong++;
    }
    atomic_store(&left[me][r], packed(here()));
  }
  return NULL;
}

static void barriers(void **state) {
  (void)state;
  pthread_barrier_init(&barrier, NULL, PARTY);
  pthread_t t[PARTY];
  for (intptr_t i = 0; i < PARTY; i++) pthread_create(&t[i], NULL, rounds, (void *)i);
  for (int i = 0; i < PARTY; i++) pthread_join(t[i], NULL);
  assert_int_equal(wrong, 0);
  pthread_barrier_destroy(&barrier);
}

static pthread_once_t once = PTHREAD_ONCE_INIT, inner = PTHREAD_ONCE_INIT;
static int times;
static void inner_routine(void) { times += 10; }
static void routine(void) {
  pthread_once(&inner, inner_routine);  // routines nest
  times++;
  before = here();
}
static void *calls_once(void *arg) {
  (void)arg;
  pthread_once(&once, routine);
  after = here();
  set(1);
  until(2);
  return NULL;
}
static void once_routines(void **state) {
  (void)state;
  pthread_t t = start(calls_once, NULL);
  until(1);
  assert_false(known(before));
  pthread_once(&once, routine);
  assert_true(known(before));
  assert_false(known(after));
  assert_int_equal(times, 11);
  set(2);
  pthread_join(t, NULL);
}

static mtx_t c11_mutex;
static cnd_t c11_cond;
static int c11_waiter(void *arg) {
  (void)arg;
  mtx_lock(&c11_mutex);
  before = here();
  set(1);
  while (!said) cnd_wait(&c11_cond, &c11_mutex);
  waiter_knew = known(noted);
  mtx_unlock(&c11_mutex);
  return 0;
}
static void c11_locks(void **state) {
  (void)state;
  mtx_init(&c11_mutex, mtx_timed);
  cnd_init(&c11_cond);
  said = false;
  set(0);
  thrd_t t;
  thrd_create(&t, c11_waiter, NULL);
  until(1);
  mtx_lock(&c11_mutex);
  assert_true(known(before));
  noted = here();
  said = true;
  cnd_signal(&c11_cond);
  mtx_unlock(&c11_mutex);
  thrd_join(t, NULL);
  assert_true(waiter_knew);
  mtx_destroy(&c11_mutex);
  cnd_destroy(&c11_cond);
}

// ---- where nothing is to be seen -------------------------------------------------------------------------

static race_g *hidden_g;
static void *hidden_thread(void *arg) {
  pthread_mutex_lock(arg);
  hidden_g = race_cur;
  pthread_mutex_unlock(arg);
  return NULL;
}
static void the_runtimes_own_threads(void **state) {
  (void)state;
  pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
  size_t records = thread_records();
  race_hidden++;
  pthread_t t;
  pthread_create(&t, NULL, hidden_thread, &m);
  pthread_join(t, NULL);
  assert_int_equal(thread_records(), records);
  uint32_t clk = race_cur->clk;
  here();
  pthread_mutex_lock(&m), pthread_mutex_unlock(&m);
  assert_int_equal(race_cur->clk, clk);  // a hidden unlock releases nothing
  race_hidden--;
  assert_null(hidden_g);
}

static int set_up(void **state) {
  (void)state;
  race_init();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(create_and_join),
      cmocka_unit_test(creation_orders_nothing_later),
      cmocka_unit_test(a_failed_join_gives_nothing),
      cmocka_unit_test(what_destructors_do_is_joined_too),
      cmocka_unit_test(ended_threads_leave_nothing),
      cmocka_unit_test(a_failed_create_leaves_nothing),
      cmocka_unit_test(c11_threads),
      cmocka_unit_test(unlock_to_lock),
      cmocka_unit_test(a_lock_not_taken_gives_nothing),
      cmocka_unit_test(an_unlock_that_fails_gives_nothing),
      cmocka_unit_test(a_default_mutex_unlocked_by_another),
      cmocka_unit_test(a_robust_mutex_of_a_dead_owner),
      cmocka_unit_test(a_new_mutex_at_an_old_address),
      cmocka_unit_test(a_wait_gives_the_mutex_up_and_takes_it_back),
      cmocka_unit_test(a_signal_alone_gives_nothing),
      cmocka_unit_test(a_cancelled_wait_takes_the_mutex_back),
      cmocka_unit_test(readers_and_writers),
      cmocka_unit_test(spin_locks),
      cmocka_unit_test(semaphores),
      cmocka_unit_test(barriers),
      cmocka_unit_test(once_routines),
      cmocka_unit_test(c11_locks),
      cmocka_unit_test(the_runtimes_own_threads),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
