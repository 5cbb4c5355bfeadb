// SPDX-License-Identifier: Apache-2.0
// nap_model.c: no work is missed: an M that gives its P up, naps and sleeps (runtime/sched/nap.h), against one that starts
// goroutines and goes on for long, under all interleavings. The rest is as in find.c, mstop.c and mstart.c.
//
// What the starter stores reaches the others late, in order, as on x86: it has a store buffer, and a thread of the model
// empties it whenever it likes. A locked operation, and membarrier, empty it at once.
//
// When all have come to rest, nothing waits while a P is idle: one or two goroutines (then at most two preemptions) started, with naps or without; or driven out during a pause (vain.h), when
// nobody is woken until sysmon looks.
//   nap_model                the protocol
//   nap_model no_barrier     who has napped does not call membarrier
//   nap_model no_look        nor looks for work after it
//   nap_model early_look     it looks before it says that it does not nap
//   nap_model no_last_look   who gives its P up does not look once more when it spins no longer
//   nap_model no_sysmon      nobody looks after those who were driven out
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "explore.h"
#include "fake.h"

enum { STARTER, IDLER, OTHER, THIRD, SYSMON, DRAIN, THREADS, BUFFER = 4, NAPS = 1 };

struct store {
  void *at;
  uint32_t value;
};

static struct {
  _Atomic uint32_t head, tail, nidle_p, nspinning;
  _Atomic bool drowsy;
  struct {
    _Atomic uint32_t park_word;
    bool listed, begun, rests;  // idle, on the list; its thread exists; it has come to sleep
  } m[THREADS];
  bool done;
  struct store buffer[BUFFER];
  int n;
} s;

static int starts;
static bool no_barrier, no_look, early_look, no_last_look, no_sysmon, driven_out, naps;

// ---- memory ----------------------------------------------------------------------------------------------

static bool is_starter(void) { return model_thread() == STARTER; }

static void drain_one(void) {
  memcpy(s.buffer[0].at, &s.buffer[0].value, sizeof(uint32_t));
  memmove(s.buffer, s.buffer + 1, (BUFFER - 1) * sizeof *s.buffer);
  s.n--;
}

static void drain(void) {
  while (s.n) drain_one();
}

static uint32_t own(const void *at, uint32_t value) {
  for (int i = 0; is_starter() && i < s.n; i++)
    if (s.buffer[i].at == at) value = s.buffer[i].value;
  return value;
}

#undef load_rlx
#undef load_seq
#undef store_seq
#undef cas_acq_rel
#undef cas_seq
#define load_rlx(at) (model_step(), model_see(own((at), *(at))))
#define load_seq(at) load_rlx(at)
#define store_seq(at, v) (model_step(), *(at) = (v))
#define LOCKED(change) (model_step(), is_starter() ? drain() : (void)0, model_see(change))
#define cas_acq_rel(at, old, v)     \
  LOCKED(__extension__({            \
    bool did_ = *(at) == *(old);    \
    if (did_) *(at) = (v);          \
    else *(old) = *(at);            \
    did_;                           \
  }))
#define cas_seq(at, old, v) cas_acq_rel(at, old, v)
#define add_seq(at, v) LOCKED(*(at) += (v))

static uint32_t model_see(uint32_t value) {
  model_saw(value);
  return value;
}

static void os_barrier(void) {
  model_step();
  if (!no_barrier) drain();
}

#define CRUN_BASE_OS_H
#include "sched/nap.h"

// ---- the scheduler's rules ---------------------------------------------------------------------------------

static bool work_anywhere(void) {
  uint32_t head = load_rlx(&s.head);
  return load_rlx(&s.tail) != head;
}

// put is the ring's: the tail is a plain store.
static void put(void) {
  model_step();
  s.buffer[s.n++] = (struct store){&s.tail, own(&s.tail, s.tail) + 1};
}

static bool take(void) {
  uint32_t head = load_rlx(&s.head);
  while (load_rlx(&s.tail) != head)
    if (cas_acq_rel(&s.head, &head, head + 1)) return true;
  return false;
}

// p_take and p_idle are under sched.lock: one step.
static bool p_take(void) {
  model_step();
  if (is_starter()) drain();
  bool got = s.nidle_p > 0;
  s.nidle_p -= got;
  return model_see(got);
}

// startm_with: an M that sleeps is woken, or a new one is made.
static void startm(void) {
  model_step();
  for (int m = IDLER; m <= THIRD; m++) {
    if (s.m[m].begun && !s.m[m].listed) continue;
    s.m[m].listed = false;
    s.m[m].begun = true;
    s.m[m].park_word = 1;
    return;
  }
  model_fail("there is an M to be started");
}

static void wakep(void) {
  if (load_seq(&s.nidle_p) == 0 || load_seq(&s.nspinning) != 0) return;
  uint32_t none = 0;
  if (!cas_seq(&s.nspinning, &none, 1)) return;
  if (p_take()) startm();
  else add_seq(&s.nspinning, -1u);
}

// ---- what each does ------------------------------------------------------------------------------------------

// start is ready_new, or ready of who is driven out of runnext during a pause.
static void start(void) {
  put();
  if (driven_out || nap_spares(&s.drowsy)) return;
  model_step();
  drain();  // R1
  wakep();
}

// give_up gives the P back, with the M spinning. True: it has none.
static bool give_up(void) {
  add_seq(&s.nidle_p, 1);
  add_seq(&s.nspinning, -1u);
  if (no_last_look || !work_anywhere() || !p_take()) return true;
  add_seq(&s.nspinning, 1);
  return false;
}

static void drowse(int m) {
  if (!naps || !nap_begin(&s.drowsy)) return;  // it does where much was started
  for (int i = 0; i < NAPS && !load_rlx(&s.m[m].park_word); i++) {}
  if (early_look && work_anywhere()) wakep();
  nap_end(&s.drowsy);
  if (!no_look && !early_look && work_anywhere()) wakep();
}

static bool is_woken(void *m) { return s.m[(intptr_t)m].park_word == 1; }

static void stopm(int m) {
  model_step();
  s.m[m].listed = true;
  s.m[m].park_word = 0;
  drowse(m);
  s.m[m].rests = true;
  model_wait(is_woken, (void *)(intptr_t)m);
  s.m[m].rests = false;
  s.m[m].park_word = 0;
}

// find runs what there is, as an M that spins; what it runs ends at once.
static void find(int m) {
  for (;;) {
    if (take()) {
      add_seq(&s.nspinning, -1u);
      wakep();  // who found work and spins no longer passes that on
      while (take()) {}
      add_seq(&s.nspinning, 1);
    }
    if (give_up()) stopm(m);
  }
}

static bool all_rest(void *arg) {
  (void)arg;
  for (int m = IDLER; m <= THIRD; m++)
    if (s.m[m].begun && (!s.m[m].rests || s.m[m].park_word)) return false;
  return s.done && s.n == 0;
}

// sysmon looks when a P has gone on for long: what ran is at rest by then.
static void look(void) {
  for (int i = 0; driven_out && !no_sysmon && i < starts; i++) {
    model_wait(all_rest, NULL);
    if (work_anywhere() && load_seq(&s.nidle_p)) wakep();
  }
}

static bool has_stored(void *arg) { return s.n > 0 || s.done || arg; }

static void drains(void) {
  for (;;) {
    model_forget();
    model_wait(has_stored, NULL);
    if (s.n == 0) return;
    drain_one();
  }
}

static void run(int thread) {
  switch (thread) {
    case STARTER:
      for (int i = 0; i < starts; i++) start();
      s.done = true;
      break;
    case IDLER: find(IDLER); break;
    case OTHER:
    case THIRD:
      model_wait(is_woken, (void *)(intptr_t)thread);
      s.m[thread].park_word = 0;
      find(thread);
      break;
    case SYSMON: look(); break;
    default: drains();
  }
}

// ---- the search ------------------------------------------------------------------------------------------------

static void reset(void) {
  memset(&s, 0, sizeof s);
  s.nspinning = 1;  // the idler has a P, looks for work, and has found none yet
  s.m[IDLER].begun = true;
}

static uint64_t digest(void) {
  uint64_t h = model_mix(s.head * 16 + s.tail, (s.nidle_p * 4 + s.nspinning) * 4 + s.drowsy * 2 + s.done);
  for (int m = IDLER; m <= THIRD; m++)
    h = model_mix(h, s.m[m].park_word * 8 + s.m[m].listed * 4u + s.m[m].begun * 2u + s.m[m].rests);
  for (int i = 0; i < s.n; i++) h = model_mix(h, s.buffer[i].value);
  return model_mix(h, (uint64_t)s.n);
}

// rests: nobody goes on. That is right if nothing waits; the goroutine of the starter never ends.
static uint64_t rested;
static bool rests(void) {
  rested++;
  if (s.head != s.tail) model_fail("nothing waits while a P is idle");
  return s.done && s.nspinning == 0;
}

static void finish(void) {}

int main(int argc, char **argv) {
  const char *mistake = argc > 1 ? argv[1] : "none";
  no_barrier = strcmp(mistake, "no_barrier") == 0;
  no_look = strcmp(mistake, "no_look") == 0;
  early_look = strcmp(mistake, "early_look") == 0;
  no_last_look = strcmp(mistake, "no_last_look") == 0;
  no_sysmon = strcmp(mistake, "no_sysmon") == 0;
  model_stuck = rests;
  for (int i = 0; i < 6; i++) {
    starts = 1 + i / 3;
    naps = i % 3 > 0;
    driven_out = i % 3 > 1;
    const struct model model = {"nap", THREADS, reset, run, digest, finish, 0, false, starts == 1 ? 0 : 2};
    printf("%llu states: nothing waits while a P is idle\n", (unsigned long long)model_explore(&model));
  }
  return rested ? 0 : 1;
}
