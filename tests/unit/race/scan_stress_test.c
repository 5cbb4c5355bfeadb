// SPDX-License-Identifier: Apache-2.0
// scan_stress_test.c: ids that run out and scans that are forced at any moment, beside everything that changes the shadow.
//
// Threads write words, ranges and whole pages, free and unmap them, start goroutines that end without being waited for, write
// under locks, fork, and are interrupted by signals whose handlers write too. For each word it is known who wrote it last
// since it was new: nothing may be found meanwhile, and then a stranger's write must find just that one, by name.
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "access.h"
#include "epoch.h"
#include "init.h"
#include "scan.h"
#include "shadow.h"
#include "slot.h"
#include "word.h"

enum {
  THREADS = 5, ROUNDS = 20000, PAGES = 24, WORDS = PAGES * SHADOW_PAGE_WORDS, REGIONS = 8, REGION_WORDS = 64,
  GRAVES = 4096, EPOCHS = 4096, FORKS = 3,
};

static _Atomic unsigned found;
static _Atomic uint64_t found_goid;

void report_race(const struct race_report *r) {
  atomic_fetch_add(&found, 1);
  atomic_store(&found_goid, r->previous.who ? r->previous.who->goid : 0);
}

// Memory, and who wrote each word last; 0: nobody, since it was new.
struct area {
  uint64_t *word;
  uint64_t *who;
  size_t n;
};

static struct area area_new(size_t words) {
  size_t bytes = (words * 8 + SHADOW_PAGE_APP - 1) / SHADOW_PAGE_APP * SHADOW_PAGE_APP;
  return (struct area){aligned_alloc(SHADOW_PAGE_APP, bytes), calloc(words, sizeof(uint64_t)), words};
}

static struct region {
  pthread_mutex_t lock;
  struct vclock vc;  // under lock
  struct area a;
} regions[REGIONS];

static struct worker {
  race_g *g, *handler, *holder;
  struct area own, graves, handled, held;
  size_t ngraves, nhandled, nheld;
  uint64_t seed;
  pthread_t thread;
} workers[THREADS];

static _Thread_local struct worker *me;
static _Atomic uint64_t goids = 1;
static _Atomic int nrunning;
static _Atomic bool stop;
static bool is_child;

static race_g *new_g(race_g *creator) {
  race_g *g = race_g_new(creator, ginfo_new(creator ? creator->info : NULL, atomic_fetch_add(&goids, 1), 0, false));
  if (!creator) return g;
  epoch_end(creator);
  vclock_copy(&g->vc, &creator->vc);
  return g;
}

static uint64_t below(struct worker *w, uint64_t n) {
  w->seed = w->seed * 6364136223846793005u + 1442695040888963407u;
  return (w->seed >> 33) % n;
}

// put writes n words from i on.
static void put(race_g *g, struct area *a, size_t i, size_t n) {
  if (n == 1) access_check(g, (uintptr_t)&a->word[i], 8, ACCESS_WRITE, 0x1000);
  else range_check(g, (uintptr_t)&a->word[i], n * 8, ACCESS_WRITE, 0x2000);
  for (size_t k = i; k < i + n; k++) a->who[k] = g->info->goid;
}

static void renew(struct area *a, size_t i, size_t n) {
  shadow_clear((uintptr_t)&a->word[i], n * 8);
  for (size_t k = i; k < i + n; k++) a->who[k] = 0;
}

// ---- what a thread does ------------------------------------------------------------------------------------

static void writes(struct worker *w) {
  size_t i = below(w, WORDS), most = WORDS - i < 600 ? WORDS - i : 600;
  put(w->g, &w->own, i, below(w, 2) ? 1 : 1 + below(w, most));
}

static void writes_pages(struct worker *w) {
  size_t first = below(w, PAGES), n = 1 + below(w, PAGES - first);
  put(w->g, &w->own, first * SHADOW_PAGE_WORDS, n * SHADOW_PAGE_WORDS);
}

static void frees(struct worker *w) {
  size_t i = below(w, WORDS - 40);
  renew(&w->own, i, 1 + below(w, 40));
}

// unmaps is munmap and mmap at the same place: all pages, or some.
static void unmaps(struct worker *w) {
  size_t first = below(w, PAGES), n = 1 + below(w, PAGES - first), at = first * SHADOW_PAGE_WORDS, words = n * SHADOW_PAGE_WORDS;
  range_check(w->g, (uintptr_t)&w->own.word[at], words * 8, ACCESS_WRITE | ACCESS_FREE, 0x3000);
  renew(&w->own, at, words);
}

// forgets starts a goroutine that writes once and that nobody waits for.
static void forgets(struct worker *w) {
  if (w->ngraves == GRAVES) return;
  race_g *c = new_g(w->g);
  put(c, &w->graves, w->ngraves++, 1);
  race_g_drop(c);
}

static void locks(struct worker *w) {
  struct region *r = &regions[below(w, REGIONS)];
  pthread_mutex_lock(&r->lock);
  vclock_join(&w->g->vc, &r->vc);
  size_t i = below(w, REGION_WORDS);
  put(w->g, &r->a, i, 1 + below(w, REGION_WORDS - i));
  epoch_end(w->g);
  vclock_copy(&r->vc, &w->g->vc);
  pthread_mutex_unlock(&r->lock);
}

// holds has a goroutine in an epoch that no word has an entry of, for long, and then enters one.
static void holds(struct worker *w) {
  if (w->nheld == GRAVES) return;
  if (epoch_has_access(w->holder)) {
    put(w->holder, &w->held, w->nheld++, 1);
    epoch_end(w->holder);
  } else {
    put(w->holder, &w->held, w->nheld, 1);
    renew(&w->held, w->nheld, 1);
  }
}

static void on_signal(int sig) {
  struct worker *w = me;
  if (w && w->nhandled < w->handled.n) {
    put(w->handler, &w->handled, w->nhandled++, 1);
    if (w->nhandled % 3 == 0) epoch_end(w->handler);
  }
}

static void one(struct worker *w) {
  switch (below(w, 12)) {
    case 0: case 1: case 2: case 3: writes(w); break;
    case 4: writes_pages(w); break;
    case 5: frees(w); break;
    case 6: unmaps(w); break;
    case 7: forgets(w); break;
    case 8: case 9: if (!is_child) locks(w); break;  // whose owners are gone there
    case 10: epoch_end(w->g); break;
    default:
      switch (below(w, 64)) {
        case 0: case 1: holds(w); break;
        case 2: case 3: case 4: scan_now(); break;
        default: scan_if_due();
      }
  }
}

static void each_is_known(race_g *stranger, struct area *a, size_t n, bool *all);

// forks: in the child, whose parent's other threads are gone, the past is ordered, and what is written from now on is found.
static void forks(struct worker *w) {
  pid_t child = fork();
  if (child) {
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    return;
  }
  bool all = is_child = true;
  race_g *stranger = race_g_new(NULL, ginfo_new(NULL, 7777, 0, false));
  for (int i = 0; i < THREADS; i++) put(w->g, &workers[i].own, 0, WORDS);
  if (atomic_load(&found)) _exit(1);
  for (int i = 0; i < 300; i++) one(w);
  scan_now();
  each_is_known(stranger, &w->own, WORDS, &all);
  _exit(all ? 0 : 2);
}

static void *work(void *arg) {
  struct worker *w = me = arg;
  for (int round = 0; round < ROUNDS; round++) {
    one(w);
    if (round % (ROUNDS / FORKS) == ROUNDS / FORKS / 2 && w == workers) forks(w);
  }
  atomic_fetch_sub(&nrunning, 1);
  while (!atomic_load(&stop)) sched_yield();
  return NULL;
}

// ---- who disturbs them -------------------------------------------------------------------------------------

static void *disturb(void *arg) {
  (void)arg;
  for (unsigned i = 0; atomic_load(&nrunning); i++) {
    if (i % 4 == 0) scan_now();
    pthread_kill(workers[i % THREADS].thread, SIGUSR1);
    sched_yield();
  }
  return NULL;
}

// ---- the end -------------------------------------------------------------------------------------------------

// each_is_known: a stranger's write finds who wrote last, and nobody where that was nobody.
static void each_is_known(race_g *stranger, struct area *a, size_t n, bool *all) {
  for (size_t i = 0; i < n; i++) {
    atomic_store(&found, 0);
    atomic_store(&found_goid, 0);
    access_check(stranger, (uintptr_t)&a->word[i], 8, ACCESS_WRITE, 0x4000);
    if ((atomic_load(&found) > 0) != (a->who[i] != 0) || atomic_load(&found_goid) != a->who[i]) *all = false;
  }
}

static void begin(void) {
  race_threaded = true;
  epoch_limit(EPOCHS);
  race_g *first = new_g(NULL);
  for (int i = 0; i < REGIONS; i++) {
    pthread_mutex_init(&regions[i].lock, NULL);
    regions[i].a = area_new(REGION_WORDS);
  }
  for (int i = 0; i < THREADS; i++)
    workers[i] = (struct worker){
        .g = new_g(first), .handler = new_g(first), .holder = new_g(first), .own = area_new(WORDS), .graves = area_new(GRAVES),
        .handled = area_new(GRAVES), .held = area_new(GRAVES), .seed = 88172645463325252ull + (uint64_t)i};
  for (int i = 0; i < REGIONS; i++) shadow_clear((uintptr_t)regions[i].a.word, REGION_WORDS * 8);
  for (int i = 0; i < THREADS; i++) {
    renew(&workers[i].own, 0, WORDS);
    renew(&workers[i].graves, 0, GRAVES);
    renew(&workers[i].handled, 0, GRAVES);
    renew(&workers[i].held, 0, GRAVES);
  }
  sigaction(SIGUSR1, &(struct sigaction){.sa_handler = on_signal, .sa_flags = SA_RESTART}, NULL);
}

static void test_scan_stress(void **state) {
  (void)state;
  pthread_t disturber;
  begin();
  uint64_t scans = scan_count();
  atomic_store(&nrunning, THREADS);
  for (int i = 0; i < THREADS; i++) pthread_create(&workers[i].thread, NULL, work, &workers[i]);
  pthread_create(&disturber, NULL, disturb, NULL);
  pthread_join(disturber, NULL);
  atomic_store(&stop, true);
  for (int i = 0; i < THREADS; i++) pthread_join(workers[i].thread, NULL);
  assert_int_equal(atomic_load(&found), 0);
  assert_true(scan_count() > scans + 10);
  bool all = true;
  race_g *stranger = new_g(NULL);
  for (int i = 0; i < REGIONS; i++) each_is_known(stranger, &regions[i].a, REGION_WORDS, &all);
  for (int i = 0; i < THREADS; i++) {
    each_is_known(stranger, &workers[i].own, WORDS, &all);
    each_is_known(stranger, &workers[i].graves, GRAVES, &all);
    each_is_known(stranger, &workers[i].handled, GRAVES, &all);
    each_is_known(stranger, &workers[i].held, GRAVES, &all);
    assert_true(workers[i].nhandled > 0);
  }
  assert_true(all);
}

int main(void) {
  race_init();
  race_cur = NULL;  // nothing is checked but what the test checks itself
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_scan_stress)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
