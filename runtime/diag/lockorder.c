// SPDX-License-Identifier: Apache-2.0
// lockorder.c: what each goroutine holds, and the requests that it makes of the graph (lockgraph.h).
//
// A lock taken with none held costs a note in the goroutine's list. One taken while others are held is a
// request; the goroutine remembers the last few it made by their shape, so that a request made again is known
// without a lock, as long as nothing was published or learned in between.
//
// Locks are numbered when they are first nested. The number is in the lock itself, which is all zero when it is
// new: memory that became another lock is seen by that, and a copied lock by its address.
//
// A read lock released by another goroutine than took it cannot be followed: that rwmutex is ignored from then
// on. Threads of the program's own are taken to begin after all that happened so far, and to end before all that
// comes: what pthread_create and pthread_join order is not seen here.
//
// Lock rank: graph_mu, above the buckets of past.c; taken by public calls before and after they hold any lock of
// the runtime's. Reports are made without it.
#include "diag/lockorder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/lock.h"
#include "base/os.h"
#include "diag/lockorder_tell.h"
#include "diag/lockstack.h"
#include "diag/settings.h"
#include "race/race.h"

enum { FIRST_HELD = 3, MAX_HELD = 16, KNOWN = 8, TELLINGS = 4, SITES = 1024, UNWINDS = 64 };

struct held {
  const void *lock;
  _Atomic uint32_t *id_at;
  struct site site;
  uint64_t chain;         // a hash of all up to this one; below order->chained
  uint32_t id;            // below order->chained
  enum lock_mode mode;
};

struct lock_order {
  uint32_t n, cap;
  uint32_t lost;          // acquisitions beyond MAX_HELD
  uint32_t chained;       // how many of held have an id and a chain
  struct held *held;      // by order of acquisition
  struct moment now;      // line 0: none yet
  bool dirty;             // a request was made in this moment
  struct past *past;
  uint32_t stamp;         // bumped when past or now changes
  struct {
    uint64_t shape;
    uint32_t stamp;
  } known[KNOWN];
  struct held first[FIRST_HELD];
};

bool lockorder_on;
static struct lock graph_mu;
static struct lock_graph *graph;              // made when first needed, under graph_mu
static uint8_t unwinds[SITES];                // under graph_mu: how often stacks were unwound for such places

void lockorder_init(void) { lockorder_on = settings.lockorder || CRUN_RACE; }

static void *get(size_t n) {
  race_hide_begin();
  void *p = malloc(n);
  race_hide_end();
  if (!p) throw("lock order: out of memory");
  return p;
}

static void put(void *p) {
  race_hide_begin();
  free(p);
  race_hide_end();
}

// ---- goroutines ------------------------------------------------------------------------------------

static __attribute__((noinline)) struct lock_order *order_new(struct g *gp) {
  struct lock_order *o = get(sizeof *o);
  memset(o, 0, sizeof *o);
  o->cap = FIRST_HELD;
  o->held = o->first;
  o->stamp = 1;
  return gp->order = o;
}

static inline struct lock_order *order_of(struct g *gp) { return gp->order ? gp->order : order_new(gp); }

// tick begins a new moment if something happened in this one, and returns what is known now.
static struct past *tick(struct lock_order *o) {
  if (!o->dirty) return o->past;
  o->past = past_add(o->past, o->now);
  o->now.time++;
  o->stamp++;
  o->dirty = false;
  return o->past;
}

static bool make_graph_locked(void) {
  if (!graph) graph = graph_new();
  if (!graph && lockorder_on) errf("crun: no memory to watch the order of locks\n");
  if (!graph) lockorder_on = false;
  return graph;
}

void lockorder_started_slow(struct g *gp, struct g *creator) {
  struct lock_order *c = creator ? creator->order : NULL;
  if (c && tick(c)) order_of(gp)->past = past_keep(c->past);
  if (!gp->is_thread) return;
  lock(&graph_mu);
  struct past *all = graph ? graph_all(graph) : NULL;
  unlock(&graph_mu);
  if (all) order_of(gp)->past = all;
}

void lockorder_ended_slow(struct g *gp) {
  struct lock_order *o = gp->order;
  if (!o) return;
  if (o->now.line) {
    lock(&graph_mu);
    if (gp->is_thread) graph_drop(graph, gp->goid);
    graph_line_end(graph, o->now);
    unlock(&graph_mu);
  }
  past_drop(o->past);
  o->past = NULL;
  o->now = (struct moment){0};
  o->dirty = false;
  o->n = o->lost = o->chained = 0;
  o->stamp++;
}

void lockorder_freed(struct g *gp) {
  struct lock_order *o = gp->order;
  gp->order = NULL;
  if (!o) return;
  if (o->held != o->first) put(o->held);
  put(o);
}

// ---- what is held ----------------------------------------------------------------------------------

static bool grow(struct lock_order *o) {
  if (o->cap == MAX_HELD) return false;
  struct held *big = get(MAX_HELD * sizeof *big);
  memcpy(big, o->held, o->n * sizeof *big);
  o->held = big;
  o->cap = MAX_HELD;
  return true;
}

static void remove_held(struct lock_order *o, uint32_t i) {
  memmove(&o->held[i], &o->held[i + 1], (--o->n - i) * sizeof *o->held);
  if (o->chained > i) o->chained = i;
}

// number_lock returns the number of lock, 0: there is none to be had.
static uint32_t number_lock(const void *lock_at, _Atomic uint32_t *id_at) {
  uint32_t id = load_acq(id_at);  // A1
  if (graph && id && graph_addr(graph, id) == (uintptr_t)lock_at) return id;
  lock(&graph_mu);
  id = load_rlx(id_at);
  if (!make_graph_locked()) id = 0;
  else if (!id || graph_addr(graph, id) != (uintptr_t)lock_at) {
    id = graph_lock(graph, (uintptr_t)lock_at);
    store_rel(id_at, id);  // R1
  }
  unlock(&graph_mu);
  return id;
}

static uint64_t mix(uint64_t chain, uint32_t id, enum lock_mode mode) {
  uint64_t x = (chain ^ id ^ (uint64_t)mode << 40) * 0x9e3779b97f4a7c15u;
  return x ^ x >> 32;
}

// chain_up numbers what is held. False: not all of it can be.
static bool chain_up(struct lock_order *o) {
  while (o->chained < o->n) {
    struct held *h = &o->held[o->chained];
    h->id = number_lock(h->lock, h->id_at);
    if (!h->id) return false;
    if (graph_is_ignored(graph, h->id)) {
      remove_held(o, o->chained);
      continue;
    }
    h->chain = mix(o->chained ? h[-1].chain : 0, h->id, h->mode);
    o->chained++;
  }
  return true;
}

// note fills in where the lock was taken: what is found in the frames of the public call and its caller.
static inline __attribute__((always_inline)) void note(struct site *s, uintptr_t pc, const uintptr_t *frame) {
  enum { SCAN = 24, NEAR = 2048 };
  s->pc = pc;
  s->ret = s->sp = 0;
  s->ctx = race_context(pc);
  if (s->ctx) return;
  const uintptr_t *p = frame + 1;
  while (*p != pc && p < frame + SCAN) p++;
  if (*p != pc) return;
  s->sp = (uintptr_t)(p + 1);
  uintptr_t rbp = *frame == (uintptr_t)(p - 1) ? p[-1] : *frame;  // past the public call's own frame
  if (rbp - s->sp < NEAR && rbp % 8 == 0) s->ret = ((const uintptr_t *)rbp)[1];
}

// ---- requests --------------------------------------------------------------------------------------

struct tellings {
  uint32_t n;
  struct telling *at[TELLINGS];
};

static void found(const struct cycle *c, void *arg) {
  struct tellings *t = arg;
  struct telling *one = t->n < TELLINGS ? telling_of(graph, c) : NULL;
  if (one) t->at[t->n++] = one;
}

// may_unwind tells whether stacks are still worth their time: the first of each pair of places are.
static bool may_unwind_locked(const struct lock_order *o) {
  const struct held *h = &o->held[o->n - 1];
  if (h->site.ctx) return false;
  uint8_t *n = &unwinds[((h->site.pc ^ (o->n > 1 ? h[-1].site.pc << 1 : 0)) * 0x9e3779b97f4a7c15u) >> 54];
  return *n < UNWINDS && ++*n;
}
_Static_assert(SITES == 1 << (64 - 54), "the hash gives one of them");

static void enter_locked(struct g *gp, struct lock_order *o, uint64_t shape, const struct stack_now *u, struct tellings *t) {
  struct request r = {.shape = shape, .goid = gp->goid, .when = o->now, .before = past_keep(o->past), .nheld = o->n - 1};
  for (uint32_t i = 0; i < o->n; i++) {
    const struct held *h = &o->held[i];
    *(i + 1 < o->n ? &r.held[i] : &r.want) = (struct lock_use){h->id, h->mode, lockstack_of(&h->site, u)};
  }
  memcpy(r.name, gp->name, sizeof r.name);
  graph_add(graph, &r, found, t);
}

// ask makes the request for the last of what is held.
static __attribute__((noinline)) void ask(struct g *gp, struct lock_order *o, uint64_t shape) {
  struct tellings t = {.n = 0};
  struct stack_now u;
  lock(&graph_mu);
  bool watched = o->now.line || graph_line(graph, &o->now);
  struct request *r = watched ? graph_find(graph, shape, gp->goid) : NULL;
  if (r) graph_again(graph, r, o->now, past_keep(o->past), found, &t);
  bool unwind = watched && !r && may_unwind_locked(o);
  unlock(&graph_mu);
  if (unwind) lockstack_here(&u);
  if (watched && !r) {
    lock(&graph_mu);
    enter_locked(gp, o, shape, unwind ? &u : NULL, &t);
    unlock(&graph_mu);
  }
  o->dirty = watched;
  for (uint32_t i = 0; i < t.n; i++) telling_tell(t.at[i]);
}

// nested is an acquisition that is of interest: of a second lock, or by a writer.
static __attribute__((noinline)) void nested(struct g *gp, struct lock_order *o, bool tried) {
  int e = errno;
  if (o->lost == 0 && o->n <= GRAPH_HELD + 1 && chain_up(o) && o->n > 0 && !tried) {
    uint64_t shape = o->held[o->n - 1].chain;
    uint32_t k = shape % KNOWN;
    if (o->known[k].shape == shape && o->known[k].stamp == o->stamp) {
      o->dirty = o->now.line;
    } else {
      ask(gp, o, shape);
      o->known[k].shape = shape;
      o->known[k].stamp = o->stamp;
    }
  }
  errno = e;
}

__attribute__((noinline)) void lockorder_acquired_slow(const void *lock, _Atomic uint32_t *id, unsigned how, uintptr_t pc) {
  struct g *gp = getg();
  struct lock_order *o = order_of(gp);
  if (__builtin_expect(o->n == o->cap, 0) && !grow(o)) {
    o->lost++;
    return;
  }
  struct held *h = &o->held[o->n++];
  h->lock = lock;
  h->id_at = id;
  h->mode = how & ~LOCK_TRIED;
  note(&h->site, pc, __builtin_frame_address(0));
  if (o->n > 1 || h->mode == LOCK_WRITE) nested(gp, o, how & LOCK_TRIED);
}

// release_other is a release of what is not the last taken, or was taken by another goroutine.
static __attribute__((noinline)) void release_other(struct lock_order *o, const void *lock_at, _Atomic uint32_t *id) {
  for (uint32_t i = o ? o->n : 0; i-- > 0;)
    if (o->held[i].lock == lock_at) {
      remove_held(o, i);
      return;
    }
  if (o && o->lost) {
    o->lost--;
    return;
  }
  uint32_t number = number_lock(lock_at, id);
  if (!number) return;
  lock(&graph_mu);
  graph_ignore(graph, number);
  unlock(&graph_mu);
}

void lockorder_released_slow(const void *lock, _Atomic uint32_t *id) {
  struct lock_order *o = getg()->order;
  if (__builtin_expect(!o || o->n == 0 || o->held[o->n - 1].lock != lock, 0)) {
    release_other(o, lock, id);
    return;
  }
  o->n--;
  if (o->chained > o->n) o->chained = o->n;
}

// ---- what orders goroutines without a lock -----------------------------------------------------------

void lockorder_publish_slow(const void *object) {
  struct g *gp = getg_or_nil();
  struct lock_order *o = gp ? gp->order : NULL;
  if (o) past_release(object, tick(o));
}

void lockorder_learn_g(struct g *gp, const void *object) {
  if (!lockorder_is_on() || !gp) return;
  struct past *mine = gp->order ? gp->order->past : NULL, *now = past_acquire(object, mine);
  if (now == mine) return;
  struct lock_order *o = order_of(gp);
  o->past = now;
  o->stamp++;
}

void lockorder_learn_slow(const void *object) { lockorder_learn_g(getg_or_nil(), object); }
