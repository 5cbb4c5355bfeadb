// SPDX-License-Identifier: Apache-2.0
// rwmutex_test.c: readers together, a writer alone, and neither side starves the other.
#include "sync_help.h"

#include <stdatomic.h>

#include "sync/sema.h"

static cr_rwmutex rw;

static void all_zero_is_unlocked(void) {
  cr_rwmutex l = {0};
  cr_rwmutex_rlock(&l);
  check(cr_rwmutex_tryrlock(&l));
  check(!cr_rwmutex_trylock(&l));
  cr_rwmutex_runlock(&l);
  cr_rwmutex_runlock(&l);
  check(cr_rwmutex_trylock(&l));
  check(!cr_rwmutex_tryrlock(&l));
  check(!cr_rwmutex_trylock(&l));
  cr_rwmutex_unlock(&l);
  cr_rwmutex_lock(&l);
  cr_rwmutex_unlock(&l);
}

struct shared {
  atomic_int readers, writers;
  long a, b;
};

static void reader(struct shared *s, int n, cr_waitgroup *wg) {
  for (int i = 0; i < n; i++) {
    cr_rwmutex_rlock(&rw);
    atomic_fetch_add(&s->readers, 1);
    check_eq(s->writers, 0);
    check_eq(s->a, s->b);
    if (i % 8 == 0) cr_yield();
    atomic_fetch_sub(&s->readers, 1);
    cr_rwmutex_runlock(&rw);
  }
  cr_waitgroup_done(wg);
}

static void writer(struct shared *s, int n, cr_waitgroup *wg) {
  for (int i = 0; i < n; i++) {
    cr_rwmutex_lock(&rw);
    check_eq(atomic_fetch_add(&s->writers, 1), 0);
    check_eq(s->readers, 0);
    s->a++;
    if (i % 8 == 0) cr_yield();
    s->b++;
    atomic_fetch_sub(&s->writers, 1);
    cr_rwmutex_unlock(&rw);
  }
  cr_waitgroup_done(wg);
}

static void readers_share_and_writers_exclude(void) {
  static const int mix[][2] = {{1, 1}, {8, 1}, {1, 8}, {16, 4}};
  for (size_t k = 0; k < sizeof mix / sizeof *mix; k++) {
    struct shared s = {0};
    cr_waitgroup wg = {0};
    cr_waitgroup_add(&wg, mix[k][0] + mix[k][1]);
    for (int i = 0; i < mix[k][0]; i++) cr_go(reader, &s, 500, &wg);
    for (int i = 0; i < mix[k][1]; i++) cr_go(writer, &s, 500, &wg);
    cr_waitgroup_wait(&wg);
    check_eq(s.a, 500 * mix[k][1]);
  }
  check(rw.reader_count == 0 && rw.reader_wait == 0 && (rw.writer.word & ~8ull) == 0);
}

static void meet(atomic_int *readers, cr_waitgroup *wg) {
  cr_rwmutex_rlock(&rw);
  atomic_fetch_add(readers, 1);
  until(atomic_load(readers) == 5);
  cr_rwmutex_runlock(&rw);
  cr_waitgroup_done(wg);
}

static void five_readers_are_in_at_once(void) {
  atomic_int readers = 0;
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 5);
  for (int i = 0; i < 5; i++) cr_go(meet, &readers, &wg);
  cr_waitgroup_wait(&wg);
  check_eq(rw.reader_count, 0);
}

static void write_once(atomic_int *order, int *mine, cr_waitgroup *wg) {
  cr_rwmutex_lock(&rw);
  *mine = atomic_fetch_add(order, 1);
  cr_rwmutex_unlock(&rw);
  cr_waitgroup_done(wg);
}

static void read_once(atomic_int *order, int *mine, cr_waitgroup *wg) {
  cr_rwmutex_rlock(&rw);
  *mine = atomic_fetch_add(order, 1);
  cr_rwmutex_runlock(&rw);
  cr_waitgroup_done(wg);
}

// A reader is in; a writer waits; a reader that comes later waits for the writer.
static void a_pending_writer_goes_before_new_readers(void) {
  atomic_int order = 0;
  int w = -1, r = -1, r2 = -1, w2 = -1;
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 2);
  cr_rwmutex_rlock(&rw);
  cr_go(write_once, &order, &w, &wg);
  until(rw.reader_count < 0);
  check(!cr_rwmutex_tryrlock(&rw));
  cr_go(read_once, &order, &r, &wg);
  until(rw.reader_count == -(1 << 30) + 2);
  cr_rwmutex_runlock(&rw);
  cr_waitgroup_wait(&wg);
  check(w == 0 && r == 1);

  // A writer is in; a reader and another writer wait: the reader is let in first.
  cr_waitgroup_add(&wg, 2);
  cr_rwmutex_lock(&rw);
  cr_go(write_once, &order, &w2, &wg);
  until(rw.writer.word & 7);
  cr_go(read_once, &order, &r2, &wg);
  until(rw.reader_count == -(1 << 30) + 1);
  cr_rwmutex_unlock(&rw);
  cr_waitgroup_wait(&wg);
  check(r2 >= 2 && w2 >= 2);
}

// ---- what ends the process ------------------------------------------------------------------

static void runlock_unlocked(void) { cr_rwmutex_runlock(&rw); }
static void unlock_unlocked(void) { cr_rwmutex_unlock(&rw); }

static void unlock_read_locked(void) {
  cr_rwmutex_rlock(&rw);
  cr_rwmutex_unlock(&rw);
}

static void runlock_write_locked(void) {
  cr_rwmutex_lock(&rw);
  cr_rwmutex_runlock(&rw);
}

static void lock_it(cr_waitgroup *wg) {
  cr_rwmutex_lock(&rw);
  cr_waitgroup_done(wg);
}

static void unlock_of_another(void) {
  cr_waitgroup wg = {0};
  cr_waitgroup_add(&wg, 1);
  cr_go(lock_it, &wg);
  cr_waitgroup_wait(&wg);
  cr_rwmutex_unlock(&rw);
}

static void upgrade(void) {
  cr_rwmutex_rlock(&rw);
  cr_rwmutex_lock(&rw);
}

static const struct child_case cases[] = {
    {"runlock_unlocked", runlock_unlocked, "fatal error: sync: RUnlock of unlocked RWMutex"},
    {"unlock_unlocked", unlock_unlocked, "fatal error: sync: Unlock of unlocked RWMutex"},
    {"unlock_read_locked", unlock_read_locked, "fatal error: sync: Unlock of unlocked RWMutex"},
    {"runlock_write_locked", runlock_write_locked, "fatal error: sync: RUnlock of unlocked RWMutex"},
    {"unlock_of_another", unlock_of_another, "fatal error: sync: unlock of mutex locked by another goroutine"},
    {"upgrade", upgrade, "fatal error: all goroutines are asleep - deadlock!"},
};

static void mistakes_end_the_process(void) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check_child(&cases[i]);
}

static int tests(void) {
  const struct CMUnitTest all[] = {
      GO_TEST(all_zero_is_unlocked),
      GO_TEST(readers_share_and_writers_exclude),
      GO_TEST(five_readers_are_in_at_once),
      GO_TEST(a_pending_writer_goes_before_new_readers),
      GO_TEST(mistakes_end_the_process),
  };
  return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv) { return run_everywhere(argc, argv, cases, sizeof cases / sizeof *cases, tests); }
