// SPDX-License-Identifier: Apache-2.0
// waitfor_model.c: under the interleavings of a few goroutines that lock, a deadlock is told if and only if there is one.
//
// A goroutine's commit runs on a thread of its own, as it does on g0: while it looks for a cycle the goroutine may be
// woken, leave the lock, and go on. Threads [0, n) of a model are goroutines, thread n + i commits for goroutine i.
#include <stdlib.h>
#include <string.h>

#include <stdio.h>

#include "chan/waitq.h"
#include "crun/sync.h"
#include "diag/deadlock/cycle.h"
#include "explore.h"
#include "fake.h"

static struct {
  cr_mutex a, b, c;
  cr_rwmutex rw;
  int told, ended;
  bool blind;  // planted: reports are thrown away
  struct {
    park_commit commit;
    void *arg;
    bool wanted;
  } commit[MODEL_THREADS];
  size_t used;  // of memory
} s;
static uint64_t memory[1 << 16];

static int goroutines;  // of the model that runs

_Noreturn void cr_panic(const char *fmt, ...);
void cr_panic(const char *fmt, ...) { model_fail(fmt); }

// ---- what waitfor.c calls -----------------------------------------------------------------------

void *model_calloc(size_t n, size_t size) {
  void *p = &memory[s.used];
  s.used += (n * size + 7) / 8;
  if (s.used > sizeof memory / sizeof *memory) model_fail("there is memory");
  return memset(p, 0, n * size);
}

void *model_realloc(void *old, size_t n) {
  if (old) model_fail("nobody reads so many locks");
  return model_calloc(1, n);
}

void model_free(void *p) { (void)p; }

static bool is_free(void *word) { return *(uint32_t *)word == 0; }

int model_yield(void) {
  model_wait(is_free, &waitfor.walk_lock);
  return 0;
}

void sched_each(void (*fn)(struct g *gp, void *arg), void *arg) {
  for (int i = 0; i < goroutines; i++)
    if (load_acq(&model_g(i)->status) != G_DEAD) fn(model_g(i), arg);
}

void cycle_member(struct member *m, struct g *gp, uintptr_t on, uintptr_t held) { *m = (struct member){.g = gp, .on = on, .held = held}; }

static void tell(void) {
  model_step();
  s.told += !s.blind;
}

void cycle_tell(struct cycle *c) {
  (void)c;
  tell();
}

void cycle_tell_ended(struct g *gp, uintptr_t on) {
  (void)gp, (void)on;
  tell();
}

// ---- parking --------------------------------------------------------------------------------------

static bool is_ready(void *g) { return ((struct g *)g)->ready; }

void park(park_commit commit, void *arg, enum wait_reason why) {
  (void)why;
  struct g *gp = getg();
  int me = model_thread();
  model_step();
  s.commit[me].commit = commit;
  s.commit[me].arg = arg;
  s.commit[me].wanted = true;
  model_wait(is_ready, gp);
  gp->ready = false;
  model_saw(gp->goid);
}

static bool is_wanted(void *at) { return s.commit[(uintptr_t)at].wanted || s.ended == goroutines; }

static void commits(int goroutine) {
  for (;;) {
    model_wait(is_wanted, (void *)(uintptr_t)goroutine);
    if (!s.commit[goroutine].wanted) return;
    s.commit[goroutine].wanted = false;
    model_check(s.commit[goroutine].commit(model_g(goroutine), s.commit[goroutine].arg));
    model_forget();
  }
}

static void ends(void) {
  struct g *gp = getg();
  store_rel(&gp->status, G_DEAD);
  waitfor_g_ended(gp);
  s.ended++;
}

// ---- the state ------------------------------------------------------------------------------------

static uint64_t queue(uint64_t h, const struct cr_waitq *q) {
  for (const struct sudog *sg = q->first; sg; sg = sg->next) h = model_mix(h, sg->g->goid * 2 + sg->success);
  return model_mix(h, 99);
}

static uint64_t mutex_digest(uint64_t h, const cr_mutex *m) {
  return queue(model_mix(model_mix(model_mix(h, m->word), m->lock), (uintptr_t)m->owner), &m->waiters);
}

static uint64_t sema_digest(uint64_t h, const cr_sema *x) { return queue(model_mix(model_mix(h, x->count), x->lock), &x->waiters); }

static uint64_t digest(void) {
  uint64_t h = mutex_digest(mutex_digest(mutex_digest(mutex_digest(1, &s.a), &s.b), &s.c), &s.rw.writer);
  h = sema_digest(sema_digest(h, &s.rw.writer_sem), &s.rw.reader_sem);
  h = model_mix(model_mix(h, (uint64_t)(int64_t)s.rw.reader_count), (uint64_t)(int64_t)s.rw.reader_wait);
  h = model_mix(model_mix(h, waitfor.walk_lock), waitfor.nholders * 2 + waitfor.holders_lock.word);
  for (int i = 0; i < goroutines; i++) {
    struct g *gp = model_g(i);
    h = model_mix(model_mix(h, gp->blocked_on), gp->blocked_seq * 4 + s.commit[i].wanted * 2 + gp->status);
  }
  return model_mix(h, (uint64_t)(s.told * 16 + s.ended));
}

static void reset(void) {
  memset(&s, 0, sizeof s);
  memset(&waitfor, 0, sizeof waitfor);
}

static void reset_blind(void) {
  reset();
  s.blind = true;
}

static void finish(void) { model_check(s.told == 0); }
static bool stuck(void) { return s.told > 0; }

// ---- what the goroutines do -----------------------------------------------------------------------

static void nest(cr_mutex *x, cr_mutex *y) {
  cr_mutex_lock(x);
  cr_mutex_lock(y);
  cr_mutex_unlock(y);
  cr_mutex_unlock(x);
}

static void crossed(int i) { nest(i ? &s.b : &s.a, i ? &s.a : &s.b); }
static void ordered(int i) { (void)i, nest(&s.a, &s.b); }
static void ring(int i) { nest(i == 0 ? &s.a : i == 1 ? &s.b : &s.c, i == 0 ? &s.b : i == 1 ? &s.c : &s.a); }

static void read_write(int i) {
  if (i == 0) {
    cr_rwmutex_rlock(&s.rw);
    cr_mutex_lock(&s.a);
    cr_mutex_unlock(&s.a);
    cr_rwmutex_runlock(&s.rw);
  } else {
    cr_mutex_lock(&s.a);
    cr_rwmutex_lock(&s.rw);
    cr_rwmutex_unlock(&s.rw);
    cr_mutex_unlock(&s.a);
  }
}

// A reader that is let in may not have woken, and holds a mutex that is waited for: nobody is stuck.
static void write_first(int i) {
  if (i == 0) {
    cr_rwmutex_lock(&s.rw);
    cr_mutex_lock(&s.b);
    cr_mutex_unlock(&s.b);
    cr_rwmutex_unlock(&s.rw);
  } else if (i == 1) {
    cr_mutex_lock(&s.a);
    cr_rwmutex_rlock(&s.rw);
    cr_rwmutex_runlock(&s.rw);
    cr_mutex_unlock(&s.a);
  } else {
    cr_rwmutex_rlock(&s.rw);
    cr_mutex_lock(&s.b);
    cr_mutex_unlock(&s.b);
    cr_rwmutex_runlock(&s.rw);
  }
}

static void read_twice(int i) {
  if (i == 0) {
    cr_rwmutex_rlock(&s.rw);
    cr_rwmutex_rlock(&s.rw);
    cr_rwmutex_runlock(&s.rw);
    cr_rwmutex_runlock(&s.rw);
  } else {
    cr_rwmutex_lock(&s.rw);
    cr_rwmutex_unlock(&s.rw);
  }
}

static void kept(int i) {
  cr_mutex_lock(&s.a);
  if (i > 0) cr_mutex_unlock(&s.a);
}

#define MODEL_OF(name)                                 \
  static void name##_run(int thread) {                 \
    if (thread >= goroutines) commits(thread - goroutines); \
    else name(thread), ends();                         \
  }
MODEL_OF(crossed)
MODEL_OF(ordered)
MODEL_OF(ring)
MODEL_OF(read_write)
MODEL_OF(write_first)
MODEL_OF(read_twice)
MODEL_OF(kept)

// Planted: a deadlock is told where there is none.
static void lied(int i) {
  ordered(i);
  if (i == 0) tell();
}
MODEL_OF(lied)

static void explore(const struct model *m) {
  goroutines = m->threads / 2;
  model_stuck = stuck;  // where no deadlock is told: never
  uint64_t states = model_explore(m);
  printf("%-36s %9llu states\n", m->name, (unsigned long long)states);
  fflush(stdout);
}

int main(int argc, char **argv) {
  static const struct model missed = {"missed", 4, reset_blind, crossed_run, digest, finish, 0, false, 3};
  static const struct model wrong = {"false", 4, reset, lied_run, digest, finish, 0, false, 3};
  if (argc > 1) explore(strcmp(argv[1], "missed") == 0 ? &missed : &wrong);  // must not come back
  if (argc > 1) return 0;

  static const struct model models[] = {
      {"crossed, 2 goroutines", 4, reset, crossed_run, digest, finish, 0, false, 3},
      {"crossed, handed over", 4, reset, crossed_run, digest, finish, 2000000, false, 3},
      {"ordered, 2 goroutines", 4, reset, ordered_run, digest, finish, 0, false, 3},
      {"ordered, 3, handed over", 6, reset, ordered_run, digest, finish, 2000000, false, 1},
      {"a ring of 3", 6, reset, ring_run, digest, finish, 0, false, 1},
      {"reads, locks; locks, writes", 4, reset, read_write_run, digest, finish, 0, false, 3},
      {"a reader that was let in", 6, reset, write_first_run, digest, finish, 0, false, 2},
      {"reads twice, writes", 4, reset, read_twice_run, digest, finish, 0, false, 3},
      {"an owner that ends", 4, reset, kept_run, digest, finish, 0, false, 3},
  };
  for (size_t i = 0; i < sizeof models / sizeof *models; i++) explore(&models[i]);
}
