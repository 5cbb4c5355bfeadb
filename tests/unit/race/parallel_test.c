// SPDX-License-Identifier: Apache-2.0
// parallel_test.c: many threads at once on the same shadow, with scans under way all the time.
//
// What is ordered must stay silent, and what is not must be found on every word, whatever the threads
// and the scan did to each other. Each thread is a race_g; locks are real and carry vector clocks.
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "access.h"
#include "context.h"
#include "epoch.h"
#include "init.h"
#include "scan.h"
#include "shadow.h"
#include "slot.h"
#include "word.h"

enum {
  THREADS = 6,
  ROUNDS = 20000,
  REGIONS = 16,
  REGION_WORDS = 64,
  SHARED_WORDS = 256,
  OWN_WORDS = 512,
};

static _Atomic unsigned found;
static struct race_report last;

static _Atomic bool slow_report, in_report, waiting, told;

void report_race(const struct race_report *r) {
  last = *r;
  if (atomic_load(&slow_report)) {
    atomic_store(&in_report, true);
    while (!atomic_load(&waiting)) sched_yield();
    for (int i = 0; i < 1000; i++) sched_yield();
    atomic_store(&told, true);
  }
  atomic_fetch_add(&found, 1);
}

static struct region {
  pthread_mutex_t lock;
  struct vclock vc;  // under lock
  uint64_t word[REGION_WORDS];
} regions[REGIONS];

static uint64_t shared[SHARED_WORDS], own[THREADS][OWN_WORDS];
static uint64_t counters[8];  // atomics that nothing orders

static race_g *new_g(race_g *creator, uint64_t goid) {
  race_g *g = race_g_new(creator, ginfo_new(creator ? creator->info : NULL, goid, 0, false));
  if (creator) {
    epoch_end(creator);
    vclock_copy(&g->vc, &creator->vc);
  }
  return g;
}

static uint64_t rnd(uint64_t *s, uint64_t n) {
  *s ^= *s << 13;
  *s ^= *s >> 7;
  *s ^= *s << 17;
  return *s % n;
}

static void touch(race_g *g, void *p, size_t n, unsigned flags, uintptr_t pc) {
  if (n > 16) range_check(g, (uintptr_t)p, n, flags, pc);
  else access_check(g, (uintptr_t)p, n, flags, pc);
}

static void in_region(race_g *g, uint64_t *s) {
  struct region *r = &regions[rnd(s, REGIONS)];
  pthread_mutex_lock(&r->lock);
  vclock_join(&g->vc, &r->vc);
  for (int i = 0; i < 6; i++) {
    size_t w = rnd(s, REGION_WORDS), n = 1 + rnd(s, REGION_WORDS - w);
    touch(g, &r->word[w], rnd(s, 4) ? 8 : n * 8, rnd(s, 2) ? ACCESS_WRITE : ACCESS_READ, 0x1000 + rnd(s, 8));
  }
  epoch_end(g);
  vclock_copy(&r->vc, &g->vc);
  pthread_mutex_unlock(&r->lock);
}

struct worker {
  race_g *g;
  int n;
  uint64_t seed;
};

// child is a goroutine that lives for a moment: slots and owners come and go beside the scan.
static void child(race_g *g, uint64_t *mine, uint64_t *s) {
  race_g *c = new_g(g, 1000);
  touch(c, &mine[rnd(s, OWN_WORDS)], 8, ACCESS_WRITE, 0x2000);
  epoch_end(c);
  vclock_join(&g->vc, &c->vc);  // joined: its slot may go on in a chain
  race_g_drop(c);
}

static void *work(void *arg) {
  struct worker *me = arg;
  uint64_t *s = &me->seed;
  for (int round = 0; round < ROUNDS; round++) {
    in_region(me->g, s);
    for (int i = 0; i < 4; i++) touch(me->g, &shared[rnd(s, SHARED_WORDS)], 8, ACCESS_READ, 0x3000 + rnd(s, 3));
    touch(me->g, &own[me->n][rnd(s, OWN_WORDS - 8)], 1 + rnd(s, 64), rnd(s, 2) ? ACCESS_WRITE : ACCESS_READ, 0x4000);
    touch(me->g, &counters[rnd(s, 8)], 8, ACCESS_ATOMIC | (rnd(s, 4) ? ACCESS_WRITE : ACCESS_READ), 0x5000);
    if (rnd(s, 16) == 0) child(me->g, own[me->n], s);
    if (rnd(s, 8) == 0) shadow_clear((uintptr_t)&own[me->n][rnd(s, OWN_WORDS - 32)], 1 + rnd(s, 256));
  }
  return NULL;
}

static _Atomic bool stop;

static void *scan_on(void *arg) {
  while (!atomic_load(&stop)) scan_now();
  return NULL;
}

static void clear_all(void) {
  shadow_clear((uintptr_t)regions, sizeof regions);
  shadow_clear((uintptr_t)shared, sizeof shared);
  shadow_clear((uintptr_t)own, sizeof own);
  shadow_clear((uintptr_t)counters, sizeof counters);
}

// touch_everything gives each word an entry of each worker that has none yet.
static void touch_everything(struct worker *w) {
  for (int r = 0; r < REGIONS; r++) {
    vclock_join(&w->g->vc, &regions[r].vc);
    range_check(w->g, (uintptr_t)regions[r].word, sizeof regions[r].word, ACCESS_READ, 0x6000);
    epoch_end(w->g);
    vclock_copy(&regions[r].vc, &w->g->vc);
  }
  range_check(w->g, (uintptr_t)shared, sizeof shared, ACCESS_READ, 0x6001);
  range_check(w->g, (uintptr_t)own[w->n], sizeof own[w->n], ACCESS_WRITE, 0x6002);
}

// each_word_races: a stranger that nothing orders must race on every word.
static void each_word_races(race_g *stranger, uint64_t *p, size_t n) {
  for (size_t i = 0; i < n; i++) {
    assert_true(word_is_valid(shadow_of((uintptr_t)&p[i])));
    atomic_store(&found, 0);
    access_check(stranger, (uintptr_t)&p[i], 8, ACCESS_WRITE, 0x7000);
    assert_true(atomic_load(&found) > 0);
  }
}

static void test_parallel(void **state) {
  race_threaded = true;
  race_g *first = new_g(NULL, 1);
  for (int i = 0; i < REGIONS; i++) pthread_mutex_init(&regions[i].lock, NULL);
  range_check(first, (uintptr_t)shared, sizeof shared, ACCESS_WRITE, 0x8000);
  range_check(first, (uintptr_t)regions, sizeof regions, ACCESS_WRITE, 0x8001);

  struct worker w[THREADS];
  pthread_t t[THREADS], scanner;
  for (int i = 0; i < THREADS; i++) w[i] = (struct worker){new_g(first, 2 + i), i, 88172645463325252ull + i};
  pthread_create(&scanner, NULL, scan_on, NULL);
  for (int i = 0; i < THREADS; i++) pthread_create(&t[i], NULL, work, &w[i]);
  for (int i = 0; i < THREADS; i++) pthread_join(t[i], NULL);
  assert_int_equal(atomic_load(&found), 0);
  for (int i = 0; i < THREADS; i++) touch_everything(&w[i]);
  assert_int_equal(atomic_load(&found), 0);
  atomic_store(&stop, true);
  pthread_join(scanner, NULL);
  assert_true(scan_count() > 10);

  race_g *stranger = new_g(NULL, 100);
  for (int i = 0; i < REGIONS; i++) each_word_races(stranger, regions[i].word, REGION_WORDS);
  each_word_races(stranger, shared, SHARED_WORDS);
  for (int i = 0; i < THREADS; i++) each_word_races(stranger, own[i], OWN_WORDS);
  each_word_races(stranger, counters, 8);

  for (int i = 0; i < THREADS; i++) race_g_drop(w[i].g);
  race_g_drop(first);
  race_g_drop(stranger);
  for (int i = 0; i < REGIONS; i++) vclock_clear(&regions[i].vc);
  clear_all();
  assert_int_equal(nodes_live(), 0);
  scan_now();
  scan_now();
  assert_int_equal(slot_live(), 1);  // the main thread's
  assert_true(slot_history() <= 32 * (THREADS + 2));  // what still stands in the threads' batches of ids
}

// Two threads write the same words without order, word by word in step: on each word exactly the
// second one must find the first, although it goes on with an epoch the other never heard of. And
// neither may ever take the other's cell for its own.
static pthread_barrier_t step;
static uint64_t contended[2048];

static void *contend(void *arg) {
  struct worker *me = arg;
  for (int i = 0; i < 2048; i++) {
    if (i % 64 == 0) pthread_barrier_wait(&step);
    access_check(me->g, (uintptr_t)&contended[i], 8, ACCESS_WRITE, 0x9000 + me->n);
    if (i % 8 == 7) epoch_end(me->g);
  }
  return NULL;
}

static void test_contended(void **state) {
  race_threaded = true;
  struct worker w[2] = {{new_g(NULL, 1), 0, 1}, {new_g(NULL, 2), 1, 2}};
  pthread_t t[2];
  pthread_barrier_init(&step, NULL, 2);
  for (int round = 0; round < 50; round++) {
    atomic_store(&found, 0);
    for (int i = 0; i < 2; i++) pthread_create(&t[i], NULL, contend, &w[i]);
    for (int i = 0; i < 2; i++) pthread_join(t[i], NULL);
    assert_int_equal(atomic_load(&found), 2048);
    shadow_clear((uintptr_t)contended, sizeof contended);
    if (round % 8 == 0) scan_now();
  }
  for (int i = 0; i < 2; i++) race_g_drop(w[i].g);
}

// A process that ends waits for the race that another thread is about to tell.
static void *find_one(void *arg) {
  access_check(arg, (uintptr_t)contended, 8, ACCESS_WRITE, 0xa000);
  return NULL;
}

static void test_told_before_the_end(void **state) {
  race_threaded = true;
  race_g *a = new_g(NULL, 1), *b = new_g(NULL, 2);
  access_check(a, (uintptr_t)contended, 8, ACCESS_WRITE, 0xa001);
  atomic_store(&slow_report, true);
  pthread_t t;
  pthread_create(&t, NULL, find_one, b);
  while (!atomic_load(&in_report)) sched_yield();
  atomic_store(&waiting, true);
  access_all_told();
  assert_true(atomic_load(&told));
  pthread_join(t, NULL);
  atomic_store(&slow_report, false);
  shadow_clear((uintptr_t)contended, sizeof contended);
  race_g_drop(a);
  race_g_drop(b);
}

int main(void) {
  race_init();
  race_cur = NULL;  // nothing is checked but what a test checks itself
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_parallel),
      cmocka_unit_test(test_contended),
      cmocka_unit_test(test_told_before_the_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
