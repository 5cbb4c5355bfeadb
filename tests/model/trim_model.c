// SPDX-License-Identifier: Apache-2.0
// trim_model.c: the trimming of a parked goroutine's stack against an M that is about to run it: runtime/stack/trim.h, under
// all interleavings of the two.
//
// What the M stores reaches the other late, in order, as on x86: it has a store buffer, and a thread of the model
// empties it whenever it likes. A locked operation, and membarrier, empty it at once.
//
// While the goroutine runs its pages do not go.
//   trim_model                the protocol
//   trim_model no_barrier     who trims does not call membarrier
//   trim_model no_look        execute does not look whether its goroutine is marked
//   trim_model early_look     who trims looks at the status before it marks
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "explore.h"
#include "fake.h"

enum { M, TRIMMER, DRAIN, BUFFER = 4, ROUNDS = 2 };

struct store {
  void *at;
  uint64_t value;
};

static struct {
  struct g g;
  _Atomic uint32_t frozen;
  bool runs, goes, done;
  int trimmed;
  struct store buffer[BUFFER];
  int n;
} s;

static bool no_barrier, no_look, early_look;

static bool is_m(void) { return getg()->goid == M + 1; }

static void drain_one(void) {
  uint32_t value = (uint32_t)s.buffer[0].value;
  memcpy(s.buffer[0].at, &value, sizeof value);
  memmove(s.buffer, s.buffer + 1, (BUFFER - 1) * sizeof *s.buffer);
  s.n--;
}

static void drain(void) {
  while (s.n) drain_one();
}

static void put(void *at, uint32_t value) {
  model_step();
  if (!is_m()) {
    memcpy(at, &value, sizeof value);
    return;
  }
  if (s.n == BUFFER) drain_one();
  s.buffer[s.n++] = (struct store){at, value};
}

static uint32_t get(const void *at) {
  uint32_t value;
  model_step();
  memcpy(&value, at, sizeof value);
  for (int i = 0; is_m() && i < s.n; i++)
    if (s.buffer[i].at == at) value = (uint32_t)s.buffer[i].value;
  model_saw(value);
  return value;
}

// swap is what a locked operation does: its thread's stores come first.
static uint32_t swap(void *at, uint32_t value, bool add) {
  uint32_t old;
  model_step();
  if (is_m()) drain();
  memcpy(&old, at, sizeof old);
  value += add ? old : 0;
  memcpy(at, &value, sizeof value);
  model_saw(old);
  return old;
}

#undef load_rlx
#undef load_acq
#undef store_rlx
#undef store_rel
#define load_rlx(at) get(at)
#define load_acq(at) get(at)
#define store_rlx(at, v) put(at, (uint32_t)(v))
#define store_rel(at, v) put(at, (uint32_t)(v))
#define add_seq(at, v) swap(at, (uint32_t)(v), true)
#define xchg_rel(at, v) swap(at, (uint32_t)(v), false)

static void os_barrier(void) {
  model_step();
  if (!no_barrier) drain();
}

#define CRUN_BASE_OS_H
#include "stack/trim.h"

// ---- what each does --------------------------------------------------------------------------------

static bool is_free(void *gp) { return ((struct g *)gp)->trimming == 0; }

// execute runs the goroutine once: somebody made it ready.
static void execute(struct g *gp) {
  store_rel(&gp->status, G_RUNNABLE);
  store_rlx(&gp->status, G_RUNNING);
  while (!no_look && trim_forbids(&s.frozen, gp)) {
    store_rel(&gp->status, G_RUNNABLE);
    drain();  // the futex is a call of the kernel
    model_wait(is_free, gp);
    store_rlx(&gp->status, G_RUNNING);
  }
  model_check(!s.goes);
  s.runs = true;
  model_step();
  model_check(!s.goes);
  s.runs = false;
  store_rel(&gp->status, G_WAITING);
}

static void trim(struct g *gp) {
  bool early = early_look && trim_may(gp);
  trim_begin(&s.frozen, &gp, 1);
  if (early || (!early_look && trim_may(gp))) {
    model_check(!s.runs);
    s.goes = true;
    model_step();
    model_check(!s.runs);
    s.goes = false;
    s.trimmed++;
  }
  trim_end(gp);
  add_seq(&s.frozen, -(uint32_t)FROZEN_TRIM);
}

static bool has_stored(void *arg) { return s.n > 0 || s.done || arg; }

static void drain_run(void) {
  for (;;) {
    model_forget();
    model_wait(has_stored, NULL);
    if (s.n == 0) return;
    drain_one();
  }
}

static void run(int thread) {
  if (thread == DRAIN) drain_run();
  for (int i = 0; thread != DRAIN && i < ROUNDS; i++) thread == M ? execute(&s.g) : trim(&s.g);
  if (thread == M) drain(), s.done = true;
}

// ---- the search ------------------------------------------------------------------------------------

static void reset(void) {
  memset(&s, 0, sizeof s);
  s.g.status = G_WAITING;
}

static uint64_t digest(void) {
  uint64_t h = model_mix(s.g.status * 4 + s.g.trimming, s.frozen);
  for (int i = 0; i < s.n; i++) h = model_mix(model_mix(h, (uint64_t)((char *)s.buffer[i].at - (char *)&s)), s.buffer[i].value);
  return model_mix(h, (uint64_t)(s.runs * 4 + s.goes * 2 + s.done) * 16 + (uint64_t)s.trimmed);
}

static int most_trimmed;

static void finish(void) {
  if (s.trimmed > most_trimmed) most_trimmed = s.trimmed;
  model_check(s.frozen == 0 && s.g.status == G_WAITING);
}

int main(int argc, char **argv) {
  const char *mistake = argc > 1 ? argv[1] : "none";
  no_barrier = strcmp(mistake, "no_barrier") == 0;
  no_look = strcmp(mistake, "no_look") == 0;
  early_look = strcmp(mistake, "early_look") == 0;
  static const struct model model = {"trim", 3, reset, run, digest, finish, 0, false, 0};
  printf("%llu states: no page goes while its goroutine runs\n", (unsigned long long)model_explore(&model));
  return most_trimmed == ROUNDS ? 0 : 1;
}
