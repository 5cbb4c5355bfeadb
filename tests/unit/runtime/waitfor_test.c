// SPDX-License-Identifier: Apache-2.0
// waitfor_test.c: cycles of waiting for locks are told as they close, each kind of them; and locks that are taken in
// an order, handed over, waited for in chains and read by many close none.
#include "race/report.h"

#include "sync_help.h"

static cr_mutex a, b, c;
static cr_rwmutex rw;
static cr_once once;

// ---- programs that deadlock: main ends them, when the report is out ------------------------------------

// A goroutine that holds x says so, waits until all hold theirs, and takes y.
struct pair {
  cr_mutex *x, *y;
  cr_waitgroup *all;
};

static void cross(struct pair p) {
  cr_mutex_lock(p.x);
  cr_waitgroup_done(p.all);
  cr_waitgroup_wait(p.all);
  cr_mutex_lock(p.y);
}

static void ring(const struct pair *pairs, int n) {
  cr_waitgroup all = {0};
  cr_waitgroup_add(&all, n);
  for (int i = 0; i < n; i++) {
    struct pair p = pairs[i];
    p.all = &all;
    cr_go(cross, p);
  }
  cr_waitgroup_wait(&all);
  cr_waitgroup never = {0};
  cr_waitgroup_add(&never, 1);
  cr_waitgroup_wait(&never);  // the process ends by quiescence
}

static void two(void) { ring((struct pair[]){{&a, &b, NULL}, {&b, &a, NULL}}, 2); }
static void three(void) { ring((struct pair[]){{&a, &b, NULL}, {&b, &c, NULL}, {&c, &a, NULL}}, 3); }

static void self(void) {
  cr_mutex_lock(&a);
  cr_mutex_lock(&a);
}

static void again(void) { cr_once_do(&once, again); }

static void upgrade(void) {
  cr_rwmutex_rlock(&rw);
  cr_rwmutex_lock(&rw);
}

static void read_own(void) {
  cr_rwmutex_lock(&rw);
  cr_rwmutex_rlock(&rw);
}

static void write_lock(void) {
  cr_rwmutex_lock(&rw);
  cr_rwmutex_unlock(&rw);
}

static void wait_for_writer(cr_rwmutex *l) {
  while (cr_rwmutex_tryrlock(l)) {
    cr_rwmutex_runlock(l);
    cr_yield();
  }
}

static void read_again(void) {
  cr_rwmutex_rlock(&rw);
  cr_go(write_lock);
  wait_for_writer(&rw);
  cr_rwmutex_rlock(&rw);
}

// A reader of rw waits for a mutex whose owner waits to write rw.
static void lock_then_write(cr_waitgroup *all) {
  cr_mutex_lock(&a);
  cr_waitgroup_done(all);
  cr_rwmutex_lock(&rw);
}

static void read_then_lock(void) {
  cr_waitgroup all = {0};
  cr_waitgroup_add(&all, 1);
  cr_rwmutex_rlock(&rw);
  cr_go(lock_then_write, &all);
  cr_waitgroup_wait(&all);
  wait_for_writer(&rw);
  cr_mutex_lock(&a);
}

// The same, closed by the writer.
static void lock_waiting(cr_waitgroup *all) {
  cr_rwmutex_rlock(&rw);
  cr_waitgroup_done(all);
  cr_mutex_lock(&a);
}

static void lock_before_write(void) {
  cr_waitgroup all = {0};
  cr_waitgroup_add(&all, 1);
  cr_mutex_lock(&a);
  cr_go(lock_waiting, &all);
  cr_waitgroup_wait(&all);
  until(*(volatile uint64_t *)&a.word & 1);  // it waits
  cr_rwmutex_lock(&rw);
}

static void hold_and_end(cr_waitgroup *all) {
  cr_mutex_lock(&a);
  cr_waitgroup_done(all);
}

static void ended_before(void) {
  cr_waitgroup all = {0};
  cr_waitgroup_add(&all, 1);
  cr_go(hold_and_end, &all);
  cr_waitgroup_wait(&all);
  until(cr_num_goroutines() == 1);
  cr_mutex_lock(&a);
}

static void hold_until_waited_for(cr_waitgroup *all) {
  cr_mutex_lock(&a);
  cr_waitgroup_done(all);
  until(*(volatile uint64_t *)&a.word & 1);
}

static void ended_after(void) {
  cr_waitgroup all = {0};
  cr_waitgroup_add(&all, 1);
  cr_go(hold_until_waited_for, &all);
  cr_waitgroup_wait(&all);
  cr_mutex_lock(&a);
}

static void *cross_thread(void *arg) {
  cross(*(struct pair *)arg);
  return NULL;
}

static void with_a_thread(void) {
  cr_waitgroup all = {0};
  cr_waitgroup_add(&all, 2);
  struct pair p = {&a, &b, &all};
  pthread_t t;
  pthread_create(&t, NULL, cross_thread, &p);
  cross((struct pair){&b, &a, &all});
}

static void for_another(cr_rwmutex *l) { cr_rwmutex_runlock(l); }

static void read_for_another(void) {
  cr_rwmutex_rlock(&rw);
  cr_go(for_another, &rw);
  cr_rwmutex_lock(&rw);
}

static void copied(void) {
  cr_mutex_lock(&a);
  cr_mutex copy = a;
  cr_mutex_unlock(&copy);
  cr_mutex_unlock(&a);
  cr_mutex_unlock(&a);  // ends the process
}

static const struct child_case cases[] = {
    {"two", two, "WARNING: DEADLOCK: 2 goroutines wait for each other's locks"},
    {"three", three, "WARNING: DEADLOCK: 3 goroutines wait for each other's locks"},
    {"self", self, "WARNING: DEADLOCK: a goroutine waits for a lock that it holds"},
    {"again", again, "WARNING: DEADLOCK: the function of a once calls that once"},
    {"upgrade", upgrade, "WARNING: DEADLOCK: a goroutine that reads a rwmutex locks it for writing"},
    {"read_own", read_own, "WARNING: DEADLOCK: a goroutine waits for a lock that it holds"},
    {"read_again", read_again, "WARNING: DEADLOCK: a goroutine reads a rwmutex again behind a writer that waits for it"},
    {"read_then_lock", read_then_lock, "WARNING: DEADLOCK: 2 goroutines wait for each other's locks"},
    {"lock_before_write", lock_before_write, "WARNING: DEADLOCK: 2 goroutines wait for each other's locks"},
    {"ended_before", ended_before, "WARNING: DEADLOCK: a goroutine ended without unlocking what others wait for"},
    {"ended_after", ended_after, "WARNING: DEADLOCK: a goroutine ended without unlocking what others wait for"},
    {"with_a_thread", with_a_thread, "WARNING: DEADLOCK: 2 goroutines wait for each other's locks"},
    {"read_for_another", read_for_another, "fatal error: sync: RUnlock of RWMutex that this goroutine has not locked for reading"},
    {"copied", copied, "WARNING: MISUSE: unlock of a mutex that was copied while it was locked"},
};

static void each_cycle_is_told(void) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check_child(&cases[i]);
}

// ---- programs that do not ------------------------------------------------------------------------------

enum { LOCKS = 6, WORKERS = 12, ROUNDS = 2000 };
static cr_mutex ordered[LOCKS];
static cr_rwmutex shared[LOCKS];

static uint32_t next_random(uint32_t *s) { return *s = *s * 1664525 + 1013904223; }

// nest takes some of the locks in their order, mutexes and both sides of rwmutexes, and parks now and then inside.
static void nest(uint32_t *s, int from) {
  uint32_t r = next_random(s) >> 8;
  int i = from + (int)(r % 3);
  if (i >= LOCKS) {
    if (r % 7 == 0) cr_yield();
    return;
  }
  switch (r / 3 % 4) {
    case 0:
      cr_rwmutex_rlock(&shared[i]);
      nest(s, i + 1);
      cr_rwmutex_runlock(&shared[i]);
      break;
    case 1:
      cr_rwmutex_lock(&shared[i]);
      nest(s, i + 1);
      cr_rwmutex_unlock(&shared[i]);
      break;
    default:
      cr_mutex_lock(&ordered[i]);
      nest(s, i + 1);
      cr_mutex_unlock(&ordered[i]);
  }
}

static void nests(uint32_t seed, cr_waitgroup *wg) {
  for (int i = 0; i < ROUNDS; i++) nest(&seed, 0);
  cr_waitgroup_done(wg);
}

// tried takes two locks against the order, the second only if that needs no waiting.
static void tried(cr_waitgroup *wg) {
  for (int i = 0; i < ROUNDS; i++) {
    cr_mutex_lock(&ordered[LOCKS - 1]);
    if (cr_mutex_trylock(&ordered[0])) cr_mutex_unlock(&ordered[0]);
    if (cr_rwmutex_tryrlock(&shared[0])) cr_rwmutex_runlock(&shared[0]);
    cr_mutex_unlock(&ordered[LOCKS - 1]);
  }
  cr_waitgroup_done(wg);
}

static void no_cycle_is_told(void) {
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, WORKERS + 2);
  for (uint32_t i = 0; i < WORKERS; i++) cr_go(nests, i * 7919 + 1, &wg);
  cr_go(tried, &wg);
  cr_go(tried, &wg);
  cr_waitgroup_wait(&wg);
  check_eq(report_exit_code(0), 0);
}

// A mutex on a stack is gone when its last owner has unlocked it: what walked there meanwhile must not have.
static void brief(cr_mutex *outer) {
  cr_mutex inner = {0};
  cr_mutex_lock(&inner);
  cr_mutex_lock(outer);
  cr_mutex_unlock(outer);
  cr_mutex_unlock(&inner);
}

static void briefly(cr_mutex *outer, cr_waitgroup *wg) {
  for (int i = 0; i < ROUNDS; i++) brief(outer);
  cr_waitgroup_done(wg);
}

static void short_lives(void) {
  static cr_mutex outer;
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, WORKERS);
  for (int i = 0; i < WORKERS; i++) cr_go(briefly, &outer, &wg);
  cr_waitgroup_wait(&wg);
  check_eq(report_exit_code(0), 0);
}

static int tests(void) {
  const struct CMUnitTest all[] = {
      GO_TEST(no_cycle_is_told),
      GO_TEST(short_lives),
      GO_TEST(each_cycle_is_told),
  };
  return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, cases, sizeof cases / sizeof *cases, tests); }
