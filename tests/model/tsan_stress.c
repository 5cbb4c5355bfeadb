// SPDX-License-Identifier: Apache-2.0
// tsan_stress.c: the parts of the detector that threads share without its shadow, compiled for LLVM's ThreadSanitizer.
//
// Threads make and end goroutines of the detector's own (slots, infos, epochs), order them with each other (sync objects,
// clocks, learnt), and intern calling contexts, the same ones at once. The sanitizer says
// what the engine's own locks and atomics leave unordered. The shadow's words are not here: the sanitizer has its own
// where they lie, and page locks rest on membarrier, which it does not know (page_lock_model.c).
//
//   tsan_stress            threads at work
//   tsan_stress planted    a counter that nothing orders: what tsan.sh must see told
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "context.h"
#include "epoch.h"
#include "g.h"
#include "ginfo.h"
#include "inside.h"
#include "lockset.h"
#include "scan.h"
#include "single.h"
#include "slot.h"
#include "spin.h"
#include "syncvar.h"

enum { THREADS = 4, ROUNDS = 3000, OBJECTS = 8, PLACES = 512, STEPS = 20000 };

static char objects[OBJECTS];
static long unordered;
static bool planted;

// ---- what is not here: the shadow, signals, the heap ---------------------------------------------------

_Thread_local uint8_t signal_waits;
void signal_deliver(void) {}
void scan_if_due(void) {}
void scan_now(void) {}
void block_own_add(const void *p, size_t n) {}
void block_own_remove(const void *p) {}

void spin_lock_slow(uint32_t *word) {
  while (__atomic_exchange_n(word, 1, __ATOMIC_ACQUIRE)) sched_yield();
}

// ---- the work ------------------------------------------------------------------------------------------

static void stress_init(void) {
  epoch_init();
  lockset_init();
  slot_init();
  context_init();
  syncvar_init();
  clock_init();
}

static uint64_t rnd(uint64_t *s, uint64_t n) {
  *s ^= *s << 13;
  *s ^= *s >> 7;
  *s ^= *s << 17;
  return *s % n;
}

static void contexts(race_g *g, uint64_t *s) {
  uintptr_t at = 0x1000 + 16 * rnd(s, PLACES);
  g_push(g, at, at & ~0xffull);
  for (int i = 0; i < 4; i++) ctx_current(g, at + rnd(s, PLACES));
  g_pop(g);
}

// contexts_in_step: all intern the same ones in the same order, so that each finds without a lock what another has just made.
static void contexts_in_step(race_g *g) {
  for (uintptr_t at = 0x100000; at < 0x100000 + 16 * STEPS; at += 16) {
    g_push(g, at, at & ~0xffull);
    ctx_current(g, at);
    g_pop(g);
  }
}

static void edges(race_g *g, uint64_t *s) {
  uintptr_t at = (uintptr_t)&objects[rnd(s, OBJECTS)];
  epoch_open(g);
  switch (rnd(s, 4)) {
    case 0: g_acquire(g, at); break;
    case 1: g_release(g, at); break;
    case 2: g_release_merge(g, at); break;
    default: g_release_acquire(g, at); break;
  }
}

static race_g *child_of(race_g *g, uint64_t goid) {
  race_g *c = race_g_new(g, ginfo_new(g->info, goid, 0x2000, false));
  clock_start(c);
  clock_fork(g, c);
  return c;
}

static void child(race_g *g, uint64_t *s) {
  race_g *c = child_of(g, rnd(s, 1000));
  edges(c, s);
  contexts(c, s);
  uint32_t began;
  ginfo_unref(slot_owner_since(c->slot, c->clk, &began));
  race_g_drop(c);
}

struct worker {
  race_g *g;
  uint64_t seed;
};

static void *work(void *arg) {
  struct worker *me = arg;
  contexts_in_step(me->g);
  for (int i = 0; i < ROUNDS; i++) {
    edges(me->g, &me->seed);
    contexts(me->g, &me->seed);
    if (rnd(&me->seed, 8) == 0) child(me->g, &me->seed);
    if (planted) unordered++;
  }
  return NULL;
}

int main(int argc, char **argv) {
  planted = argc > 1 && strcmp(argv[1], "planted") == 0;
  stress_init();
  race_threaded = true;
  race_g *first = race_g_new(NULL, ginfo_new(NULL, 1, 0, false));
  clock_start(first);
  struct worker w[THREADS];
  pthread_t t[THREADS];
  for (int i = 0; i < THREADS; i++) w[i] = (struct worker){child_of(first, 2 + i), 88172645463325252ull + i};
  for (int i = 0; i < THREADS; i++) pthread_create(&t[i], NULL, work, &w[i]);
  for (int i = 0; i < THREADS; i++) pthread_join(t[i], NULL);
  for (int i = 0; i < THREADS; i++) race_g_drop(w[i].g);
  race_g_drop(first);
  printf("%ld slots live\n", (long)slot_live());
  return 0;
}
