// SPDX-License-Identifier: Apache-2.0
// retake_model.c: sysmon's retake against an M that enters the runtime, blocks and comes back: runtime/sched/retake.h, under
// all interleavings of two Ms and sysmon over one P with at most two preemptions.
//
// What an M stores reaches the others late, in order, as on x86: each has a store buffer, and a thread of the model
// empties it whenever it likes. A locked operation, and membarrier, empty it at once.
//
// While a P is used nobody else may use it, and its M must know it as its own: an M that lost it has noticed. What each
// use leaves as the P's next is taken once, by the next use or by sysmon, which is the thief here.
//   retake_model                  the protocol
//   retake_model no_barrier       sysmon does not call membarrier
//   retake_model check_first      the M looks at retake before it sets in_rt
//   retake_model no_second_look   sysmon does not look at in_rt after the barrier
//   retake_model next_no_look     the thief does not either
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "explore.h"
#include "fake.h"

enum { M0, M1, SYSMON, DRAIN0, DRAIN1, BUFFER = 4 };

struct p;
struct m {
  struct p *p;
  uint32_t in_rt, retake;
  bool yield;
};
struct p {
  struct m *m;
  struct g *runnext;
};

// ---- memory ----------------------------------------------------------------------------------------

struct store {
  void *at;
  uint64_t value;
  size_t size;
};

static struct {
  struct m m[2];
  struct p p;
  struct lock retake_lock;
  struct p *idle;
  int users, uses, done[2], taken[8];
  struct store buffer[2][BUFFER];
  int n[2];
} s;

static bool no_barrier, check_first, no_second_look, next_no_look;

static int self(void) { return (int)getg()->goid - 1; }

static void drain_one(int m) {
  struct store *b = s.buffer[m];
  memcpy(b[0].at, &b[0].value, b[0].size);
  memmove(b, b + 1, (BUFFER - 1) * sizeof *b);
  s.n[m]--;
}

static void drain(int m) {
  while (m < SYSMON && s.n[m]) drain_one(m);
}

static void put(void *at, uint64_t value, size_t size) {
  model_step();
  if (self() >= SYSMON) {
    memcpy(at, &value, size);
    return;
  }
  if (s.n[self()] == BUFFER) drain_one(self());
  s.buffer[self()][s.n[self()]++] = (struct store){at, value, size};
}

static uint64_t get(const void *at, size_t size) {
  uint64_t value = 0;
  model_step();
  memcpy(&value, at, size);
  for (int i = 0; self() < SYSMON && i < s.n[self()]; i++)
    if (s.buffer[self()][i].at == at) value = s.buffer[self()][i].value;
  model_saw(value);
  return value;
}

#undef load_rlx
#undef load_acq
#undef store_rlx
#undef store_rel
#define load_rlx(at) ((__typeof__(*(at)))get(at, sizeof *(at)))
#define load_acq(at) load_rlx(at)
#define store_rlx(at, v) put(at, (uint64_t)(v), sizeof *(at))
#define store_rel(at, v) store_rlx(at, v)
#define store_seq(at, v) (store_rlx(at, v), drain(self()))

static void os_barrier(void) {
  model_step();
  for (int m = 0; m < 2 && !no_barrier; m++) drain(m);
}

#define CRUN_BASE_OS_H
#include "sched/retake.h"

static void locked(struct lock *l) {
  drain(self());
  lock(l);
}

static void unlocked(struct lock *l) {
  drain(self());
  unlock(l);
}

// ---- what each does --------------------------------------------------------------------------------

static bool is_idle(void *arg) {
  (void)arg;
  return s.idle != NULL;
}

// acquire waits for the P; sched.lock's locked operations are around it.
static void acquire(struct m *mp) {
  drain(self());
  model_wait(is_idle, NULL);
  struct p *pp = s.idle;
  s.idle = NULL;
  mp->p = pp;
  pp->m = mp;
  model_saw(1);
}

static void give_up(struct p *pp) {
  drain(self());
  model_step();
  model_check(!s.idle);
  s.idle = pp;
}

static bool enter(struct m *mp) {
  if (!check_first) return m_enter(mp);
  bool seen = load_acq(&mp->retake);
  store_rlx(&mp->in_rt, 1);
  return seen;
}

static void enter_slow(struct m *mp) {
  locked(&s.retake_lock);
  bool lost = back_locked(mp);
  unlocked(&s.retake_lock);
  if (lost) acquire(mp);
}

// take notes that gp, which is a number, was taken.
static void take(struct g *gp) {
  if (gp) model_check(s.taken[(intptr_t)gp]++ == 0);
}

// use is what the runtime does with the P it has: it takes its next and leaves another.
static void use(struct m *mp) {
  model_check(s.users++ == 0);
  model_check(mp->p == &s.p && s.p.m == mp);
  take(load_rlx(&s.p.runnext));
  store_rlx(&s.p.runnext, (struct g *)(intptr_t)(s.uses + 1));
  model_check(mp->p == &s.p && s.p.m == mp);
  s.users--;
  s.uses++;
}

// call is a call of the runtime: at its end the M gives the P away before it blocks, or not.
static void call(struct m *mp, bool blocks) {
  if (enter(mp)) enter_slow(mp);
  use(mp);
  if (blocks) {
    locked(&s.retake_lock);
    struct p *pp = give_locked(mp);
    unlocked(&s.retake_lock);
    if (pp) give_up(pp);
  }
  m_exit(mp);
}

// leave is the end of an M that has a P: it stays in the runtime.
static void leave(struct m *mp) {
  if (enter(mp)) enter_slow(mp);
  use(mp);
  locked(&s.retake_lock);
  struct p *pp = give_locked(mp);
  unlocked(&s.retake_lock);
  give_up(pp);
}

static void m0_run(void) {
  call(&s.m[0], false);
  call(&s.m[0], true);
  leave(&s.m[0]);
}

static void m1_run(void) {
  s.m[1].in_rt = 1;
  acquire(&s.m[1]);
  use(&s.m[1]);
  m_exit(&s.m[1]);
  leave(&s.m[1]);
}

// thief takes the next of the P.
static void thief(void) {
  locked(&s.retake_lock);
  struct m *mp = load_rlx(&s.p.m);
  if (mp && load_rlx(&mp->p) == &s.p) {
    if (next_no_look) {
      take(load_rlx(&s.p.runnext));
      store_rlx(&s.p.runnext, NULL);
    } else {
      take(next_locked(mp, &s.p));
    }
  }
  unlocked(&s.retake_lock);
}

static void sysmon_run(void) {
  thief();
  for (int i = 0; i < 2; i++) {
    bool got = false;
    locked(&s.retake_lock);
    struct m *mp = load_rlx(&s.p.m);
    if (mp && load_rlx(&mp->p) == &s.p && !load_acq(&mp->in_rt)) {
      if (no_second_look) {
        store_seq(&mp->retake, 1);
        os_barrier();
        mp->p = NULL, s.p.m = NULL;
        got = true;
      } else {
        got = retake_locked(mp, &s.p);
      }
    }
    if (!got && mp && i == 0) store_rel(&mp->retake, mp->p == NULL);  // the first time it does not insist
    unlocked(&s.retake_lock);
    if (got) give_up(&s.p);
  }
}

static bool has_stored(void *m) {
  int i = (int)(intptr_t)m;
  return s.n[i] > 0 || s.done[i];
}

static void drain_run(int m) {
  for (;;) {
    model_forget();
    model_wait(has_stored, (void *)(intptr_t)m);
    if (s.n[m] == 0) return;
    drain_one(m);
  }
}

static void run(int thread) {
  switch (thread) {
    case M0: m0_run(); break;
    case M1: m1_run(); break;
    case SYSMON: sysmon_run(); break;
    default: drain_run(thread - DRAIN0);
  }
  if (thread <= M1) drain(thread), s.done[thread] = 1;
}

// ---- the search ------------------------------------------------------------------------------------

static void reset(void) {
  memset(&s, 0, sizeof s);
  s.m[0].p = &s.p;
  s.p.m = &s.m[0];
}

static uint64_t digest(void) {
  uint64_t h = 1;
  for (int i = 0; i < 2; i++) {
    h = model_mix(h, (uint64_t)(s.m[i].p != NULL) * 4 + s.m[i].in_rt * 2 + s.m[i].retake);
    h = model_mix(h, (uint64_t)s.n[i] * 2 + (uint64_t)s.done[i]);
    for (int k = 0; k < s.n[i]; k++) h = model_mix(model_mix(h, (uint64_t)((char *)s.buffer[i][k].at - (char *)&s)), s.buffer[i][k].value);
  }
  h = model_mix(h, (uint64_t)(s.p.m ? s.p.m - s.m + 1 : 0) * 8 + (s.idle != NULL) * 4 + s.retake_lock.word);
  for (int i = 1; i < 8; i++) h = model_mix(h, (uint64_t)s.taken[i]);
  h = model_mix(h, (uint64_t)(uintptr_t)s.p.runnext);
  return model_mix(h, (uint64_t)(s.users * 100 + s.uses));
}

static void finish(void) {
  model_check(s.idle == &s.p && s.users == 0 && s.uses == 5);
  take(s.p.runnext);
  for (int i = 1; i <= s.uses; i++) model_check(s.taken[i] == 1);
}

int main(int argc, char **argv) {
  const char *mistake = argc > 1 ? argv[1] : "none";
  no_barrier = strcmp(mistake, "no_barrier") == 0;
  check_first = strcmp(mistake, "check_first") == 0;
  no_second_look = strcmp(mistake, "no_second_look") == 0;
  next_no_look = strcmp(mistake, "next_no_look") == 0;
  static const struct model model = {"retake", 5, reset, run, digest, finish, 0, false, 2};
  printf("%llu states: nobody uses a P that is another's\n", (unsigned long long)model_explore(&model));
}
