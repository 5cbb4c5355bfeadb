// SPDX-License-Identifier: Apache-2.0
// tsan_shadow.c: the rule, words, nodes, rosters, folds, pages and scans, and the table of blocks, with threads, compiled for LLVM's
// ThreadSanitizer.
//
// The shadow is small and lies where the sanitizer leaves room; pages are locked by their word, as membarrier, which favourites
// rest on, is nothing that it knows (page_lock_model.c). The sanitizer says what the engine leaves unordered, and at the end
// each word must race with a stranger.
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "access.h"
#include "alloc.h"
#include "block_table.h"
#include "clock.h"
#include "context.h"
#include "epoch.h"
#include "fold.h"
#include "g.h"
#include "ginfo.h"
#include "heap.h"
#include "inside.h"
#include "layout.h"
#include "lockset.h"
#include "scan.h"
#include "single.h"
#include "slot.h"
#include "spin.h"
#include "limit.h"
#include "tls.h"

enum { THREADS = 4, ROUNDS = 5000, OWN = 8 * SHADOW_PAGE_WORDS, SHARED = 2 * SHADOW_PAGE_WORDS };

uintptr_t tsan_shadow_base;
static uint64_t own[THREADS][OWN] __attribute__((aligned(4096))), shared[SHARED] __attribute__((aligned(4096)));
static _Atomic unsigned found;
static _Atomic bool stop;

void report_race(const struct race_report *r) { atomic_fetch_add(&found, 1); }

// ---- what is not here --------------------------------------------------------------------------------------

_Thread_local uint8_t signal_waits;
size_t tls_bytes;
void signal_deliver(void) {}
void layout_lift_limit(void) {}
void layout_limit_stack(void) {}
void layout_require(void) {}
bool tls_orders(uint32_t id) { return false; }
bool hidden_owns(const void *p) { return false; }
void hidden_heap_init(void) {}
bool limit_is_due(void) { return false; }
void limit_keep(void) {}
void batch_all_checked(void) {}

// ---- the work ------------------------------------------------------------------------------------------------

static void begin(void) {
  epoch_init();
  lockset_init();
  slot_init();
  context_init();
  clock_init();
  tsan_shadow_base = (uintptr_t)race_reserve(SHADOW_SIZE);
  pages_touched = race_reserve(SHADOW_SIZE / SHADOW_PAGE / 8);
  pages_folded = race_reserve(SHADOW_SIZE / SHADOW_PAGE / 8);
  fold_init();
  if (!block_table_init()) abort();
  race_threaded = true;
}

static uint64_t rnd(uint64_t *s, uint64_t n) {
  *s ^= *s << 13;
  *s ^= *s >> 7;
  *s ^= *s << 17;
  return *s % n;
}

static race_g *child_of(race_g *g, uint64_t goid) {
  race_g *c = race_g_new(g, ginfo_new(g ? g->info : NULL, goid, 0, false));
  clock_start(c);
  if (g) clock_fork(g, c);
  return c;
}

struct worker {
  race_g *g;
  int n;
  uint64_t seed;
};

static void touch(race_g *g, uint64_t *p, size_t words, unsigned flags) {
  if (words == 1) access_check(g, (uintptr_t)p, 8, flags, 0x1000);
  else range_check(g, (uintptr_t)p, words * 8, flags, 0x1001);
}

// block: one goes and comes at an address that all threads ask about.
static void block(struct worker *w) {
  struct heap_block b;
  uintptr_t mine = 0x10000 + 0x1000 * (uintptr_t)w->n, any = 0x10000 + 0x1000 * rnd(&w->seed, THREADS);
  uint64_t size = 8 + 8 * rnd(&w->seed, 4);
  block_enter(mine, size, size, size << GOID_SHIFT);
  if (heap_find(any, &b) && (b.size != b.goid || b.allocated != b.size)) atomic_fetch_add(&found, 1);
  block_leave(mine, 5);
}

static void *work(void *arg) {
  struct worker *w = arg;
  uint64_t *s = &w->seed;
  for (int i = 0; i < ROUNDS; i++) {
    uint64_t *p = own[w->n];
    size_t at = rnd(s, OWN - 64), page = rnd(s, 8);
    touch(w->g, p + at, 1 + rnd(s, 2) * rnd(s, 63), rnd(s, 2) ? ACCESS_WRITE : ACCESS_READ);
    if (rnd(s, 8) == 0) touch(w->g, p + page * SHADOW_PAGE_WORDS, SHADOW_PAGE_WORDS, ACCESS_WRITE);
    if (rnd(s, 16) == 0) shadow_clear((uintptr_t)(p + page * SHADOW_PAGE_WORDS), SHADOW_PAGE_APP);
    touch(w->g, shared + rnd(s, SHARED), 1, ACCESS_READ);
    if (rnd(s, 4) == 0) clock_publish(w->g);
    if (rnd(s, 8) == 0) block(w);
    if (rnd(s, 16)) continue;
    race_g *c = child_of(w->g, 100);
    touch(c, shared + rnd(s, SHARED), 1, ACCESS_READ);
    race_g_drop(c);
  }
  return NULL;
}

static void *scan_on(void *arg) {
  while (!atomic_load(&stop)) {
    scan_now();
    sched_yield();
  }
  return NULL;
}

static bool each_races(race_g *stranger, uint64_t *p, size_t n) {
  for (size_t i = 0; i < n; i++) {
    atomic_store(&found, 0);
    access_check(stranger, (uintptr_t)&p[i], 8, ACCESS_WRITE, 0x2000);
    if (!atomic_load(&found)) return false;
  }
  return true;
}

int main(void) {
  begin();
  race_g *first = child_of(NULL, 1);
  touch(first, shared, SHARED, ACCESS_WRITE);
  struct worker w[THREADS];
  pthread_t t[THREADS], scanner;
  for (int i = 0; i < THREADS; i++) w[i] = (struct worker){child_of(first, 2 + i), i, 88172645463325252ull + i};
  pthread_create(&scanner, NULL, scan_on, NULL);
  for (int i = 0; i < THREADS; i++) pthread_create(&t[i], NULL, work, &w[i]);
  for (int i = 0; i < THREADS; i++) pthread_join(t[i], NULL);
  for (int i = 0; i < THREADS; i++) touch(w[i].g, own[i], OWN, ACCESS_READ);
  atomic_store(&stop, true);
  pthread_join(scanner, NULL);
  if (atomic_load(&found)) return printf("what is ordered was found\n"), 1;
  race_g *stranger = child_of(NULL, 9);
  if (!each_races(stranger, shared, SHARED)) return printf("a word was forgotten\n"), 1;
  for (int i = 0; i < THREADS; i++)
    if (!each_races(stranger, own[i], OWN)) return printf("a word was forgotten\n"), 1;
  printf("%llu scans\n", (unsigned long long)scan_count());
  return 0;
}
