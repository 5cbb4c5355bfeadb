// SPDX-License-Identifier: Apache-2.0
// explore.c: depth first through the interleavings of a model, by running it again from the start.
//
// A thread is a coroutine that comes back here before each of its steps. A run follows the choices on
// the stack `path`, then goes on with the first thread that can. A state is the shared memory's
// digest and each thread's history (a thread's local state is a function of what its steps returned);
// a state met before is not gone on with, since all that can follow it has been or will be seen.
// Memory is sequentially consistent here: the model is for the algorithm, not for the memory orders.
#include "explore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coro.h"
#include "fake.h"

// The explorer's own memory is no part of a run.
#undef calloc
#undef free
void *calloc(size_t n, size_t size);
void free(void *p);

enum { STACK = 32 * 1024, TOP = 2 * 1024, DEPTH = 4096, TABLE_BITS = 24 };

struct thread {
  struct coro coro;
  struct g g;
  uint64_t history;
  bool ended;
  bool (*can)(void *arg);  // what its next step waits for, or nil
  void *arg;
};

bool (*model_stuck)(void);
static const struct model *model;
static struct thread threads[MODEL_THREADS];
static char stacks[MODEL_THREADS][STACK] __attribute__((aligned(64)));
static struct coro explorer;
static int running;
static int64_t now_ns;
static uint32_t random_state;

static struct {
  uint8_t chosen;
  uint8_t left;         // bit mask of the threads not tried yet
  uint8_t preemptions;  // so far, this choice included
  int8_t before;        // who ran before; -1: nobody, or it could not go on
} path[DEPTH];
static int path_len;

static uint64_t *seen;  // open addressing; 0 is empty
static uint64_t nseen;

uint64_t model_mix(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15;
  return hash ^ hash >> 29;
}

void model_fail(const char *what) {
  fprintf(stderr, "%s: not true: %s, after the steps of threads ", model->name, what);
  for (int i = 0; i < path_len; i++) fprintf(stderr, "%d", path[i].chosen);
  fprintf(stderr, "\n");
  exit(1);
}

void throw(const char *what) { model_fail(what); }

// ---- what the runtime file calls ------------------------------------------------------------

void model_saw(uint64_t value) {
  struct thread *t = &threads[running];
  t->history = model_mix(t->history, value + 1);
}

void model_wait(bool (*can)(void *arg), void *arg) {
  struct thread *t = &threads[running];
  t->can = can;
  t->arg = arg;
  coro_switch(&t->coro, &explorer);
  t->can = NULL;
}

void model_forget(void) { threads[running].history = 1; }  // not 0: that is a thread which has not begun

void model_step(void) { model_wait(NULL, NULL); }

static bool is_unlocked(void *l) { return ((struct lock *)l)->word == 0; }

void lock(struct lock *l) {
  model_wait(is_unlocked, l);
  model_drain();
  l->word = 1;
  model_saw(model->digest());  // what it will read under the lock
}

void unlock(struct lock *l) {
  model_step();
  model_check(l->word == 1);
  l->word = 0;
}

struct g *getg(void) { return &threads[running].g; }
int model_thread(void) { return running; }
struct g *model_g(int thread) { return &threads[thread].g; }
static bool is_ready(void *g) { return ((struct g *)g)->ready; }

__attribute__((weak)) void park(park_commit commit, void *arg, enum wait_reason why) {
  (void)why;
  struct g *gp = getg();
  if (!commit(gp, arg)) return;
  model_wait(is_ready, gp);
  gp->ready = false;
  model_saw(model->digest());
}

static bool unlock_commit(struct g *gp, void *l) {
  (void)gp;
  unlock(l);
  return true;
}

void park_unlock(struct lock *l, enum wait_reason why) { park(unlock_commit, l, why); }

void ready(struct g *gp) {
  model_step();
  model_check(!gp->ready);
  gp->ready = true;
}

int64_t nanotime(void) { return now_ns += model->tick_ns; }
uint32_t cheaprand(void) { return random_state = random_state * 1664525 + 1013904223; }
bool can_spin(void) { return model->spin; }

// ---- the search -----------------------------------------------------------------------------

static void thread_main(void) {
  struct thread *t = &threads[running];
  model->run(running);
  t->ended = true;
  coro_switch(&t->coro, &explorer);
}

static void begin(void) {
  model->reset();
  now_ns = 1;
  random_state = 1;
  for (int i = 0; i < model->threads; i++) {
    struct thread *t = &threads[i];
    memset(t, 0, sizeof *t);
    t->g.goid = (uint64_t)i + 1;
    memset(stacks[i] + STACK - TOP, 0, TOP);
    coro_make(&t->coro, stacks[i], STACK, thread_main);
  }
}

static uint8_t enabled(void) {
  uint8_t set = 0;
  for (int i = 0; i < model->threads; i++)
    if (!threads[i].ended && (!threads[i].can || threads[i].can(threads[i].arg))) set |= (uint8_t)(1 << i);
  return set;
}

static bool all_ended(void) {
  for (int i = 0; i < model->threads; i++)
    if (!threads[i].ended) return false;
  return true;
}

// new_state enters the state into the table; false: it was there. Who ran last and how many preemptions
// are spent belongs to it, since they decide what may follow.
static bool new_state(int last, int preemptions) {
  uint64_t h = model_mix(model->digest(), (uint64_t)now_ns + random_state);
  if (model->preemptions) h = model_mix(h, (uint64_t)(last + 2) * 16 + (uint64_t)preemptions);
  for (int i = 0; i < model->threads; i++) h = model_mix(h, threads[i].history * 4 + threads[i].ended * 2 + threads[i].g.ready);
  h |= !h;
  for (uint64_t i = h;; i++) {
    uint64_t *slot = &seen[i & ((1u << TABLE_BITS) - 1)];
    if (*slot == h) return false;
    if (*slot) continue;
    *slot = h;
    if (++nseen > (1u << TABLE_BITS) / 4 * 3) model_fail("the table of states is large enough");
    return true;
  }
}

static void step(int i) {
  running = i;
  model_saw(0);  // that it took a step is history, even if the step returned nothing
  coro_switch(&explorer, &threads[i].coro);
}

// choose makes thread i the choice at depth d; to run another while the last could go on is a preemption.
static void choose(int d, int i) {
  path[d].chosen = (uint8_t)i;
  path[d].left &= (uint8_t)~(1u << i);
  path[d].preemptions = (uint8_t)((d ? path[d - 1].preemptions : 0) + (path[d].before >= 0 && path[d].before != i));
}

// extend adds a choice for the state that is reached; false: the state was known.
static bool extend(uint8_t set) {
  int d = path_len, last = d ? path[d - 1].chosen : -1, spent = d ? path[d - 1].preemptions : 0;
  if (last >= 0 && !(set & 1u << last)) last = -1;
  if (!new_state(last, spent)) return false;
  if (d == DEPTH) model_fail("the run ends");
  if (last >= 0 && model->preemptions && spent == model->preemptions) set = (uint8_t)(1u << last);
  path[d].before = (int8_t)last;
  path[d].left = set;
  choose(d, last >= 0 ? last : __builtin_ctz(set));
  path_len++;
  return true;
}

// run_once follows path and extends it until the end, or until a state that is known.
static void run_once(void) {
  begin();
  for (int depth = 0;; depth++) {
    uint8_t set = enabled();
    if (!set) {
      if (all_ended()) model->finish();
      else if (!model_stuck || !model_stuck()) model_fail("somebody can go on");
      return;
    }
    if (depth == path_len && !extend(set)) return;
    step(path[depth].chosen);
  }
}

// next_path takes the deepest choice that has an alternative left.
static bool next_path(void) {
  for (; path_len > 0; path_len--) {
    int d = path_len - 1;
    if (!path[d].left) continue;
    choose(d, __builtin_ctz(path[d].left));
    return true;
  }
  return false;
}

uint64_t model_explore(const struct model *m) {
  model = m;
  seen = calloc(1u << TABLE_BITS, sizeof *seen);
  nseen = 0;
  path_len = 0;
  do run_once();
  while (next_path());
  free(seen);
  return nseen;
}
