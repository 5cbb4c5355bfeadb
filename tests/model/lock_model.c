// SPDX-License-Identifier: Apache-2.0
// lock_model.c: the runtime's own lock, runtime/base/lock.h, under the interleavings of three threads.
//
// Each thread's stores reach the others late, in order, as on x86: it has a store buffer, and a thread of the model
// empties it whenever it likes. A locked operation, a call of the kernel and membarrier empty it at once.
//
// Searched are those with at most two preemptions, `lock_model all` has no such bound and takes a minute.
//
// One is inside at a time, and nobody sleeps on a lock that is free: that would be a state in which nobody can go on.
//   lock_model              the protocol
//   lock_model no_barrier   a sleeper does not call membarrier
//   lock_model no_count     a sleeper does not count itself
//   lock_model gone         a sleeper takes all counts back, not its own
#include <stdio.h>
#include <string.h>

#include "base/lock.h"
#include "explore.h"

enum { LOCKERS = 3, BUFFER = 4 };

struct store {
  void *at;
  uint32_t value;
};

static struct {
  struct lock l;
  int inside, passed;
  bool asleep[LOCKERS], done[LOCKERS];
  struct store buffer[LOCKERS][BUFFER];
  int n[LOCKERS];
} s;

static bool no_barrier, no_count, gone;

void model_step(void);
void model_saw(uint64_t value);
void model_wait(bool (*ready)(void *arg), void *arg);

// ---- memory ----------------------------------------------------------------------------------------

static void drain_one(int t) {
  memcpy(s.buffer[t][0].at, &s.buffer[t][0].value, sizeof(uint32_t));
  memmove(s.buffer[t], s.buffer[t] + 1, (BUFFER - 1) * sizeof(struct store));
  s.n[t]--;
}

static void drain(int t) {
  while (s.n[t]) drain_one(t);
}

uint32_t model_load(const void *at) {
  uint32_t value;
  model_step();
  int t = model_thread();
  memcpy(&value, at, sizeof value);
  for (int i = 0; i < s.n[t]; i++)
    if (s.buffer[t][i].at == at) value = s.buffer[t][i].value;
  model_saw(value);
  return value;
}

void model_store(void *at, uint32_t value) {
  model_step();
  int t = model_thread();
  if (s.n[t] == BUFFER) drain_one(t);
  s.buffer[t][s.n[t]++] = (struct store){at, value};
}

uint32_t model_add(void *at, uint32_t value) {
  uint32_t old, sum;
  model_step();
  drain(model_thread());
  memcpy(&old, at, sizeof old);
  sum = old + value;
  if (no_count) sum = old;
  if (gone && value == -1u) sum = 0;
  memcpy(at, &sum, sizeof sum);
  model_saw(old);
  return old;
}

bool model_cas(void *at, uint32_t *old, uint32_t value) {
  uint32_t now;
  model_step();
  drain(model_thread());
  memcpy(&now, at, sizeof now);
  bool ok = now == *old;
  if (ok) memcpy(at, &value, sizeof value);
  *old = now;
  model_saw(ok);
  return ok;
}

// ---- the kernel ------------------------------------------------------------------------------------

bool os_barrier(void) {
  model_step();
  for (int t = 0; t < LOCKERS && !no_barrier; t++) drain(t);
  return true;
}

static bool is_awake(void *asleep) { return !*(bool *)asleep; }

void futex_wait(_Atomic uint32_t *word, uint32_t value, int64_t timeout_ns) {
  model_step();
  int t = model_thread();
  drain(t);
  bool sleeps = *(volatile uint32_t *)word == value && timeout_ns < 0;
  model_saw(sleeps);
  if (!sleeps) return;
  s.asleep[t] = true;
  model_wait(is_awake, &s.asleep[t]);
}

void futex_wake(_Atomic uint32_t *word, int n) {
  model_step();
  drain(model_thread());
  model_check((void *)word == (void *)&s.l);
  for (int t = 0; t < LOCKERS && n > 0; t++)
    if (s.asleep[t]) s.asleep[t] = false, n--;
}

// ---- what each does --------------------------------------------------------------------------------

static void pass(void) {
  lock(&s.l);
  model_check(s.inside++ == 0);
  model_step();
  s.inside--;
  s.passed++;
  unlock(&s.l);
}

static bool has_stored(void *t) { return s.n[(int)(intptr_t)t] > 0 || s.done[(int)(intptr_t)t]; }

static void drains(int t) {
  for (;;) {
    model_forget();
    model_wait(has_stored, (void *)(intptr_t)t);
    if (s.n[t] == 0) return;
    drain_one(t);
  }
}

static void run(int thread) {
  if (thread >= LOCKERS) {
    drains(thread - LOCKERS);
    return;
  }
  pass();
  s.done[thread] = true;
}

// ---- the search ------------------------------------------------------------------------------------

static void reset(void) {
  memset(&s, 0, sizeof s);
  memset((void *)lock_sleepers, 0, sizeof lock_sleepers);
}

static uint64_t digest(void) {
  uint64_t h = model_mix(*(uint32_t *)&s.l.word, *(uint32_t *)&lock_sleepers[lock_hash(&s.l)]);
  for (int t = 0; t < LOCKERS; t++) {
    h = model_mix(h, (uint64_t)s.asleep[t] * 2 + s.done[t]);
    for (int i = 0; i < s.n[t]; i++) h = model_mix(model_mix(h, s.buffer[t][i].at == &s.l.word), s.buffer[t][i].value);
    h = model_mix(h, (uint64_t)s.n[t]);
  }
  return model_mix(h, (uint64_t)s.inside * 16 + (uint64_t)s.passed);
}

static void finish(void) { model_check(s.passed == LOCKERS && *(uint32_t *)&lock_sleepers[lock_hash(&s.l)] == 0); }

int main(int argc, char **argv) {
  const char *mistake = argc > 1 ? argv[1] : "none";
  no_barrier = strcmp(mistake, "no_barrier") == 0;
  no_count = strcmp(mistake, "no_count") == 0;
  gone = strcmp(mistake, "gone") == 0;
  int preemptions = strcmp(mistake, "all") == 0 ? 0 : 2;
  const struct model model = {"lock", 2 * LOCKERS, reset, run, digest, finish, 0, false, preemptions};
  printf("%llu states: one is inside, and nobody sleeps on a free lock\n", (unsigned long long)model_explore(&model));
  return 0;
}
