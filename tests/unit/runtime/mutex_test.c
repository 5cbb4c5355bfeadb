// SPDX-License-Identifier: Apache-2.0
// mutex_test.c: the mutex excludes, wakes, hands over to who starves, and knows its owner.
#include "sync_help.h"

#include <stdatomic.h>
#include <sched.h>

#include "base/rseq.h"
#include "sched/sched.h"
#include "sync/sema.h"

enum { WAITING = 1, PLAIN = 8 };

static cr_mutex mu;

static bool is_unlocked(const cr_mutex *m) { return (m->word & ~(uint64_t)PLAIN) == 0 && mutex_is_valid(m); }

static void all_zero_is_unlocked(void) {
  cr_mutex m = {0};
  check(cr_mutex_trylock(&m));
  check(!cr_mutex_trylock(&m));
  cr_mutex_unlock(&m);
  cr_mutex_lock(&m);
  cr_mutex_unlock(&m);
  check(m.word == 0 && mutex_is_valid(&m));
}

struct shared {
  long a, b;
  int inside;
};

static void add(struct shared *s, int n, int park_every, cr_chan(int) tick, cr_waitgroup *wg) {
  for (int i = 0; i < n; i++) {
    cr_mutex_lock(&mu);
    check_eq(s->inside++, 0);
    s->a++;
    if (park_every && i % park_every == 0) cr_yield();  // parks while it holds the mutex
    if (park_every && i % park_every == 1) cr_chan_try_recv(tick, NULL);
    s->b++;
    check_eq(s->a, s->b);
    s->inside--;
    cr_mutex_unlock(&mu);
  }
  cr_waitgroup_done(wg);
}

static void it_excludes(int goroutines, int n, int park_every) {
  struct shared s = {0};
  cr_waitgroup wg = {0};
  cr_chan(int) tick = cr_chan_make(int);
  cr_waitgroup_add(&wg, goroutines);
  for (int i = 0; i < goroutines; i++) cr_go(add, &s, n, park_every, tick, &wg);
  cr_waitgroup_wait(&wg);
  check_eq(s.a, (long)goroutines * n);
  check(is_unlocked(&mu));
  cr_chan_free(tick);
}

static void few_exclude_each_other(void) { it_excludes(2, 50000, 0); }
static void many_exclude_each_other(void) { it_excludes(64, 2000, 0); }
static void holders_may_park(void) { it_excludes(16, 300, 3); }

struct thread_arg {
  struct shared *s;
  cr_waitgroup *wg;
};

static void *thread_adds(void *p) {
  struct thread_arg *a = p;
  add(a->s, 5000, 0, NULL, a->wg);
  return NULL;
}

static void foreign_threads_take_part(void) {
  struct shared s = {0};
  cr_waitgroup wg = {0};
  struct thread_arg a = {&s, &wg};
  pthread_t t[2];
  cr_waitgroup_add(&wg, 4);
  for (int i = 0; i < 2; i++) check_eq(pthread_create(&t[i], NULL, thread_adds, &a), 0);
  for (int i = 0; i < 2; i++) cr_go(add, &s, 5000, 0, NULL, &wg);
  cr_waitgroup_wait(&wg);
  for (int i = 0; i < 2; i++) pthread_join(t[i], NULL);
  check_eq(s.a, 20000);
}

static void try_while(atomic_bool *stop, atomic_int *held, long *n, cr_waitgroup *wg) {
  while (!atomic_load(stop)) {
    if (!cr_mutex_trylock(&mu)) {
      cr_yield();
      continue;
    }
    check_eq(atomic_fetch_add(held, 1), 0);
    ++*n;
    atomic_fetch_sub(held, 1);
    cr_mutex_unlock(&mu);
  }
  cr_waitgroup_done(wg);
}

static void trylock_excludes(void) {
  atomic_bool stop = false;
  atomic_int held = 0;
  long n = 0, mine = 0;
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 3);
  for (int i = 0; i < 3; i++) cr_go(try_while, &stop, &held, &n, &wg);
  for (; mine < 2000; mine++) {
    cr_mutex_lock(&mu);
    check_eq(atomic_fetch_add(&held, 1), 0);
    ++n;
    atomic_fetch_sub(&held, 1);
    cr_mutex_unlock(&mu);
  }
  atomic_store(&stop, true);
  cr_waitgroup_wait(&wg);
  check(n >= mine);
  check(is_unlocked(&mu));
}

// A hog holds the mutex nearly always; a waiter of 1 ms is handed it, so every other gets its turns.
static void hog(atomic_bool *stop, cr_waitgroup *wg) {
  while (!atomic_load(stop)) {
    cr_mutex_lock(&mu);
    int64_t until = cr_nanotime() + 100 * CR_MICROSECOND;
    while (cr_nanotime() < until) {}
    cr_mutex_unlock(&mu);
  }
  cr_waitgroup_done(wg);
}

static void nobody_starves(void) {
  atomic_bool stop = false;
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 2);
  for (int i = 0; i < 2; i++) cr_go(hog, &stop, &wg);
  for (int i = 0; i < 20; i++) {
    cr_mutex_lock(&mu);
    cr_mutex_unlock(&mu);
    cr_yield();
  }
  atomic_store(&stop, true);
  cr_waitgroup_wait(&wg);
  check(is_unlocked(&mu));
}

// The goroutine that sees the last reference go frees the mutex, while the unlock before may still be
// on its way out.
struct counted {
  cr_mutex m;
  int refs;
};

static void drop(struct counted *c, cr_waitgroup *wg) {
  cr_mutex_lock(&c->m);
  int left = --c->refs;
  cr_mutex_unlock(&c->m);
  if (left == 0) {
    memset(c, 0xee, sizeof *c);
    free(c);
  }
  cr_waitgroup_done(wg);
}

static void freed_by_the_last_owner(void) {
  for (int i = 0; i < 2000; i++) {
    struct counted *c = calloc(1, sizeof *c);
    cr_waitgroup wg = {0};
    c->refs = 4;
    cr_waitgroup_add(&wg, 4);
    for (int k = 0; k < 4; k++) cr_go(drop, c, &wg);
    cr_waitgroup_wait(&wg);
  }
}

static void count_under(cr_mutex *m, struct counted *c, cr_waitgroup *wg) {
  cr_mutex_lock(m);
  c->refs--;
  cr_mutex_unlock(m);
  cr_waitgroup_done(wg);
}

// make_plain locks and unlocks m until its unlocks are plain stores, as often as that takes at most.
static void make_plain(cr_mutex *m) {
  for (int i = 0; i < 2048 * sched_procs(); i++) {
    cr_mutex_lock(m);
    cr_mutex_unlock(m);
  }
  check_eq(m->word, rseq_is_usable() ? PLAIN : 0);
}

static void waiting_ends_plain(void) {
  cr_mutex m = {0};
  struct counted shared = {.refs = 2};
  cr_waitgroup wg = {0};
  make_plain(&m);
  for (int i = 0; i < 2; i++) {
    cr_mutex_lock(&m);
    cr_waitgroup_add(&wg, 1);
    cr_go(count_under, &m, &shared, &wg);
    until(m.word & WAITING);
    check(!(m.word & PLAIN));
    check_eq(shared.refs, 2 - i);
    cr_mutex_unlock(&m);
    cr_waitgroup_wait(&wg);
    check_eq(shared.refs, 1 - i);
    make_plain(&m);
  }
}

// Each waits for the other time and again, and each makes the mutex plain in between: nobody is overlooked.
static void ping(cr_mutex *m, int *turn, int me, int rounds, cr_waitgroup *wg) {
  for (int i = 0; i < rounds;) {
    cr_mutex_lock(m);
    if (*turn == me) {
      *turn = !me;
      i++;
      sched_yield();
    }
    cr_mutex_unlock(m);
  }
  cr_waitgroup_done(wg);
}

static void plain_and_parked_in_turn(void) {
  cr_mutex m = {0};
  int turn = 0;
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 2);
  for (int i = 0; i < 2; i++) cr_go(ping, &m, &turn, i, 40, &wg);
  cr_waitgroup_wait(&wg);
  check(is_unlocked(&m));
}

// ---- sema -----------------------------------------------------------------------------------

static void enter(cr_sema *s, atomic_int *inside, cr_waitgroup *wg) {
  for (int i = 0; i < 200; i++) {
    cr_sema_acquire(s);
    check(atomic_fetch_add(inside, 1) < 3);
    if (i % 10 == 0) cr_yield();
    atomic_fetch_sub(inside, 1);
    cr_sema_release(s);
  }
  cr_waitgroup_done(wg);
}

static void hold(cr_sema *s, atomic_int *inside, atomic_bool *leave, cr_waitgroup *wg) {
  cr_sema_acquire(s);
  atomic_fetch_add(inside, 1);
  until(atomic_load(leave));
  atomic_fetch_sub(inside, 1);
  cr_sema_release(s);
  cr_waitgroup_done(wg);
}

static void a_semaphore_lets_in_so_many(void) {
  cr_sema s = CR_SEMA_INIT(3);
  atomic_int inside = 0;
  atomic_bool leave = false;
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 20);
  for (int i = 0; i < 20; i++) cr_go(enter, &s, &inside, &wg);
  cr_waitgroup_wait(&wg);
  check(sema_is_valid(&s) && s.count == 3);

  cr_waitgroup_add(&wg, 5);
  for (int i = 0; i < 5; i++) cr_go(hold, &s, &inside, &leave, &wg);
  until(atomic_load(&inside) == 3);
  check(!cr_sema_try_acquire(&s));
  atomic_store(&leave, true);
  cr_waitgroup_wait(&wg);
  for (int i = 0; i < 3; i++) check(cr_sema_try_acquire(&s));
  check(!cr_sema_try_acquire(&s));
}

// ---- what ends the process ------------------------------------------------------------------

static void unlock_unlocked(void) { cr_mutex_unlock(&mu); }

static void unlock_plain_unlocked(void) {
  make_plain(&mu);
  cr_mutex_unlock(&mu);
}

static void lock_it(cr_waitgroup *wg) {
  cr_mutex_lock(&mu);
  cr_waitgroup_done(wg);
}

static void unlock_of_another(void) {
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 1);
  cr_go(lock_it, &wg);
  cr_waitgroup_wait(&wg);
  cr_mutex_unlock(&mu);
}

static void unlock_plain_of_another(void) {
  make_plain(&mu);
  unlock_of_another();
}

static void lock_twice(void) {
  cr_mutex_lock(&mu);
  cr_mutex_lock(&mu);
}

static const struct child_case cases[] = {
    {"unlock_unlocked", unlock_unlocked, "fatal error: sync: unlock of unlocked mutex"},
    {"unlock_of_another", unlock_of_another, "fatal error: sync: unlock of mutex locked by another goroutine"},
    {"unlock_plain_unlocked", unlock_plain_unlocked, "fatal error: sync: unlock of unlocked mutex"},
    {"unlock_plain_of_another", unlock_plain_of_another, "fatal error: sync: unlock of mutex locked by another goroutine"},
    {"lock_twice", lock_twice, "fatal error: all goroutines are asleep - deadlock!"},
};

static void mistakes_end_the_process(void) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check_child(&cases[i]);
}

static int tests(void) {
  const struct CMUnitTest all[] = {
      GO_TEST(all_zero_is_unlocked),
      GO_TEST(few_exclude_each_other),
      GO_TEST(many_exclude_each_other),
      GO_TEST(holders_may_park),
      GO_TEST(foreign_threads_take_part),
      GO_TEST(trylock_excludes),
      GO_TEST(nobody_starves),
      GO_TEST(freed_by_the_last_owner),
      GO_TEST(waiting_ends_plain),
      GO_TEST(plain_and_parked_in_turn),
      GO_TEST(a_semaphore_lets_in_so_many),
      GO_TEST(mistakes_end_the_process),
  };
  return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, cases, sizeof cases / sizeof *cases, tests); }
