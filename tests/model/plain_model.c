// SPDX-License-Identifier: Apache-2.0
// plain_model.c: a mutex whose unlock is a plain store, runtime/sync/mutex.c on base/rseq.h, under the interleavings of two and
// three threads: all of them, or those with at most so many preemptions.
//
// The store of rseq_store_if reaches the others late, as on x86: it lies in the thread's buffer until a thread of the model
// empties that, or the thread's next locked operation, or a barrier. Between its look and the store others may run. Each
// unlock by a locked instruction makes the mutex PLAIN again.
//
// One is inside at a time, and nobody sleeps for ever: that would be a state in which nobody can go on.
//   plain_model             the protocol
//   plain_model more        with one preemption more, which takes minutes
//   plain_model no_barrier  rseq_barrier does nothing
//   plain_model no_abort    it is a memory barrier only: who has looked stores
//   plain_model late_store  it leaves stores that were made in their buffers
//   plain_model no_look     who called it does not look whether its change was undone
#include <stdio.h>
#include <string.h>

#include "crun/sync.h"
#include "chan/waitq.h"
#include "explore.h"
#include "fake.h"

enum { LOCKERS = 3, PLAIN_BIT = 8 };

static struct {
  cr_mutex m;
  int inside, passed;
  bool done[LOCKERS];
  bool buffered[LOCKERS], looking[LOCKERS], aborted[LOCKERS], unseen[LOCKERS];
  uint64_t value[LOCKERS];
} s;

static bool no_barrier, no_abort, late_store, no_look;
static int lockers;
static int passes;  // of the first thread; the others lock once

_Noreturn void cr_panic(const char *fmt, ...);
void cr_panic(const char *fmt, ...) { model_fail(fmt); }

// ---- memory ----------------------------------------------------------------------------------------

static void drain(int t) {
  if (s.buffered[t]) s.m.word = s.value[t];
  s.buffered[t] = false;
}

void model_drain(void) {
  if (model_thread() < lockers) drain(model_thread());
}

void model_own(const void *at, void *value, size_t n) {
  int t = model_thread();
  uint64_t word;
  if (at != (const void *)&s.m.word) return;
  memcpy(&word, value, n);
  if (s.buffered[t]) word = s.value[t];
  if (s.unseen[t]) word &= ~(uint64_t)PLAIN_BIT;
  s.unseen[t] = false;
  memcpy(value, &word, n);
}

bool rseq_store_if(_Atomic uint64_t *word, uint64_t old, uint64_t value) {
  int t = model_thread();
  s.aborted[t] = false;
  if (load_rlx(word) != old) return false;
  s.looking[t] = true;
  model_step();
  s.looking[t] = false;
  model_saw(s.aborted[t]);
  if (s.aborted[t]) return false;
  s.buffered[t] = true;
  s.value[t] = value;
  return true;
}

void rseq_barrier(void) {
  model_step();
  for (int t = 0; t < lockers && !no_barrier; t++) {
    if (s.looking[t] && !no_abort) s.aborted[t] = true;
    if (!late_store) drain(t);
  }
  s.unseen[model_thread()] = no_look;
}

// ---- what each does --------------------------------------------------------------------------------

static void pass(void) {
  model_check(s.inside++ == 0);
  model_step();
  s.inside--;
  s.passed++;
  cr_mutex_unlock(&s.m);
  model_forget();
}

static bool has_stored(void *t) { return s.buffered[(int)(intptr_t)t] || s.done[(int)(intptr_t)t]; }

static void drains(int t) {
  for (;;) {
    model_forget();
    model_wait(has_stored, (void *)(intptr_t)t);
    if (!s.buffered[t]) return;
    drain(t);
  }
}

static void run(int thread) {
  if (thread >= lockers) {
    drains(thread - lockers);
    return;
  }
  for (int i = 0; i < (thread == 0 ? passes : 1); i++) {
    cr_mutex_lock(&s.m);
    pass();
  }
  s.done[thread] = true;
}

static void run_try(int thread) {
  if (thread != lockers - 1) {
    run(thread);
    return;
  }
  if (cr_mutex_trylock(&s.m)) pass();
  s.done[thread] = true;
}

// ---- the search ------------------------------------------------------------------------------------

static void reset(void) {
  memset(&s, 0, sizeof s);
  s.m.word = PLAIN_BIT;
}

static uint64_t digest(void) {
  uint64_t h = model_mix(model_mix(1, s.m.word), s.m.lock);
  for (const struct sudog *sg = s.m.waiters.first; sg; sg = sg->next) h = model_mix(h, sg->g->goid * 4 + sg->success * 2 + sg->awake);
  for (int t = 0; t < lockers; t++) {
    h = model_mix(h, s.buffered[t] ? s.value[t] * 2 + 1 : 0);
    h = model_mix(h, (uint64_t)(s.done[t] * 8 + s.looking[t] * 4 + s.aborted[t] * 2 + s.unseen[t]));
    for (size_t i = 0; i < sizeof model_g(t)->mutex_flags; i++) h = model_mix(h, model_g(t)->mutex_flags[i]);
  }
  return model_mix(h, (uint64_t)s.inside * 16 + (uint64_t)s.passed);
}

static void finish(void) {
  model_check((s.m.word & ~(uint64_t)PLAIN_BIT) == 0);
  model_check(!s.m.waiters.first && !s.m.lock);
}

static void explore(const char *name, int n, void (*what)(int), int times, int64_t tick_ns, bool spin, int preemptions) {
  lockers = n;
  passes = times;
  const struct model model = {name, 2 * n, reset, what, digest, finish, tick_ns, spin, preemptions};
  printf("%-32s %9llu states\n", name, (unsigned long long)model_explore(&model));
  fflush(stdout);
}

int main(int argc, char **argv) {
  const char *mistake = argc > 1 ? argv[1] : "none";
  no_barrier = strcmp(mistake, "no_barrier") == 0;
  no_abort = strcmp(mistake, "no_abort") == 0;
  late_store = strcmp(mistake, "late_store") == 0;
  no_look = strcmp(mistake, "no_look") == 0;
  int more = strcmp(mistake, "more") == 0;
  explore("plain, 2 threads", 2, run, 2, 0, false, 0);
  explore("plain, 2 threads, spinning", 2, run, 2, 0, true, 3);
  explore("plain, 3 threads", 3, run, 1 + 2 * more, 0, false, 2 + more);
  explore("plain, 3 threads, starving", 3, run, 1 + more, 2000000, false, 1 + 2 * more);
  explore("plain, 3 threads, spinning", 3, run, 1 + more, 0, true, 1 + more);
  explore("plain, trylock", 3, run_try, 1 + more, 0, false, 1 + 2 * more);
  return 0;
}
