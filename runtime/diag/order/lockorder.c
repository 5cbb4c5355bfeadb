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
#include "diag/order/lockorder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/lock.h"
#include "base/os.h"
#include "diag/order/lockheld.h"
#include "diag/order/lockorder_tell.h"
#include "diag/order/lockstack.h"
#include "diag/order/lockwait.h"
#include "diag/settings.h"
#include "race/race.h"

enum { TELLINGS = 4, SITES = 1024, UNWINDS = 64 };

bool lockorder_on;
static struct lock graph_mu;
static struct lock_graph *graph;              // made when first needed, under graph_mu
static _Atomic uint64_t counter;              // of publications that lockwait.h is interested in
static uint8_t unwinds[SITES];                // under graph_mu: how often stacks were unwound for such places

// ---- goroutines ------------------------------------------------------------------------------------

// tick begins a new moment if something happened in this one, and returns what is known now.
static struct past *tick(struct lock_order *o) {
  if (!o->dirty) return o->past;
  o->past = past_add(o->past, o->now);
  o->now.time++;
  o->stamp++;
  o->dirty = false;
  return o->past;
}

// go_out numbers this publication, if it tells of locks taken or a wait that is over.
static void go_out(struct lock_order *o) {
  if (o->high <= o->fresh && !o->wait) return;
  uint64_t count = add_rlx(&counter, 1) + 1;
  for (uint32_t i = 0; i < o->n; i++)
    if (o->held[i].told == 0) o->held[i].told = count;
  if (o->wait) waits_over(o->wait, count);
  o->wait = 0;
  o->count = count;
  o->fresh = o->high = o->n;
  o->nrecent = 0;
}

static bool make_graph_locked(void) {
  if (!graph) graph = graph_new();
  if (!graph && lockorder_on) errf("crun: no memory to watch the order of locks\n");
  if (!graph) lockorder_on = false;
  return graph;
}

void lockorder_started_slow(struct g *gp, struct g *creator) {
  struct lock_order *c = creator ? creator->order : NULL;
  if (c) {
    go_out(c);
    if (tick(c)) order_of(gp)->past = past_keep(c->past);
    if (c->count) order_of(gp)->count = c->count;
  }
  if (!gp->is_thread) return;
  lock(&graph_mu);
  struct past *all = graph ? graph_all(graph) : NULL;
  unlock(&graph_mu);
  all = waits_all(all);
  uint64_t count = load_rlx(&counter);
  if (all || count) order_of(gp)->past = all;
  if (count) order_of(gp)->count = count;
}

void lockorder_ended_slow(struct g *gp) {
  struct lock_order *o = gp->order;
  if (!o) return;
  if (gp->is_thread) waits_drop(gp->goid);
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
  o->n = o->lost = o->chained = o->fresh = o->high = o->nrecent = o->wait = 0;
  o->count = o->waited = 0;
  o->stamp++;
}

void lockorder_freed(struct g *gp) { order_free(gp); }

// ---- what is held ----------------------------------------------------------------------------------

// number_lock returns the number of lock, 0: there is none to be had.
static uint32_t number_lock(const void *lock_at, _Atomic uint32_t *id_at) {
  uint32_t id = load_acq(id_at);  // A1
  if (graph && id && graph_addr(graph, id) == (uintptr_t)lock_at) return id;
  int e = errno;
  lock(&graph_mu);
  id = load_rlx(id_at);
  if (!make_graph_locked()) id = 0;
  else if (!id || graph_addr(graph, id) != (uintptr_t)lock_at) {
    id = graph_lock(graph, (uintptr_t)lock_at);
    store_rel(id_at, id);  // R1
  }
  unlock(&graph_mu);
  errno = e;
  return id;
}

uint32_t lockorder_number(const void *lock_at, _Atomic uint32_t *id_at) {
  uint32_t id = number_lock(lock_at, id_at);
  if (!id || graph_is_foreign(graph, id)) return id;
  lock(&graph_mu);
  graph_set_foreign(graph, id);
  unlock(&graph_mu);
  return id;
}

static uint32_t number_held(const struct held *h) { return h->id_at ? number_lock(h->lock, h->id_at) : h->id; }

static uint64_t mix(uint64_t chain, uint32_t id, enum lock_mode mode) {
  uint64_t x = (chain ^ id ^ (uint64_t)mode << 40) * 0x9e3779b97f4a7c15u;
  return x ^ x >> 32;
}

// chain_up numbers what is held. False: not all of it can be.
static bool chain_up(struct lock_order *o) {
  while (o->chained < o->n) {
    struct held *h = &o->held[o->chained];
    uint64_t below = o->chained ? h[-1].chain : 0;
    if (!h->chain || h->below != below) {
      h->id = number_held(h);
      if (!h->id) return false;
      if (graph_is_ignored(graph, h->id)) {
        held_remove(o, o->chained);
        continue;
      }
      h->below = below;
      h->chain = mix(below, h->id, held_mode(h));
    }
    o->chained++;
  }
  return true;
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
    *(i + 1 < o->n ? &r.held[i] : &r.want) = (struct lock_use){h->id, held_mode(h), lockstack_of(&h->site, u)};
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
  if (unwind) lockstack_here(&u, o->held[o->n - 1].site.pc);
  if (watched && !r) {
    lock(&graph_mu);
    enter_locked(gp, o, shape, unwind ? &u : NULL, &t);
    unlock(&graph_mu);
  }
  o->dirty = watched;
  for (uint32_t i = 0; i < t.n; i++) telling_tell(t.at[i]);
}

__attribute__((noinline)) void lockorder_requested(struct lock_order *o, bool tried) {
  if (o->lost == 0 && o->n <= GRAPH_HELD + 1 && chain_up(o) && o->n > 0 && !tried) {
    uint64_t shape = o->held[o->n - 1].chain;
    uint32_t k = shape % KNOWN;
    if (o->known[k].shape == shape && o->known[k].stamp == o->stamp) {
      o->dirty = o->now.line;
    } else {
      int e = errno;
      ask(getg(), o, shape);
      errno = e;
      o->known[k].shape = shape;
      o->known[k].stamp = o->stamp;
    }
  }
}

// acquired_rarely is acquired when there is no list yet, no room, or another lock's place is taken.
static __attribute__((noinline)) void acquired_rarely(struct g *gp, const void *lock, _Atomic uint32_t *id, uint32_t number,
                                                      unsigned how, uintptr_t pc) {
  struct lock_order *o = order_of(gp);
  if (o->n == o->cap && !held_grow(o)) {
    o->lost++;
    return;
  }
  if (o->n < o->high && o->n >= o->fresh && o->held[o->n].lock != lock) held_remember(o, &o->held[o->n]);
  held_push(o, lock, id, number, how, pc, __builtin_dwarf_cfa());
  if (held_is_request(o, how)) lockorder_requested(o, how & LOCK_TRIED);
}

static inline __attribute__((always_inline)) void acquired(struct g *gp, const void *lock, _Atomic uint32_t *id, uint32_t number,
                                                           unsigned how, uintptr_t pc, const uintptr_t *cfa) {
  struct lock_order *o = gp->order;
  if (__builtin_expect(!o || o->n == o->cap || (o->n < o->high && o->held[o->n].lock != lock), 0)) {
    acquired_rarely(gp, lock, id, number, how, pc);
    return;
  }
  held_push(o, lock, id, number, how, pc, cfa);
  if (held_is_request(o, how)) lockorder_requested(o, how & LOCK_TRIED);
}

// All calls of this one and of lockorder_released_by are in place of their return: in the plain runtime they save no registers.
__attribute__((noinline)) void lockorder_acquired_by(struct g *gp, const void *lock, _Atomic uint32_t *id, unsigned how,
                                                     uintptr_t pc) {
  struct lock_order *o = gp->order;
  const uintptr_t *cfa = __builtin_dwarf_cfa();
  uint32_t number = load_rlx(id);
  if (__builtin_expect(o && number && cfa[-1] == pc && held_again(o, lock, number, how, pc, cfa), 1)) {
    if (held_is_request(o, how)) lockorder_requested(o, how & LOCK_TRIED);
    return;
  }
  acquired(gp, lock, id, 0, how, pc, cfa);
}

void lockorder_acquired_foreign(struct g *gp, const void *lock, uint32_t number, unsigned how, uintptr_t pc) {
  acquired(gp, lock, NULL, number, how, pc, __builtin_dwarf_cfa());
}

// release_rarely is a release of what is not the last taken, has no number, or was taken by another goroutine.
static __attribute__((noinline)) void release_rarely(struct lock_order *o, const void *lock_at, _Atomic uint32_t *id) {
  for (uint32_t i = o ? o->n : 0; i-- > 0;) {
    if (o->held[i].lock != lock_at) continue;
    if (id) o->held[i].id = number_lock(lock_at, id);
    if (i + 1 < o->n) held_remove(o, i);
    else o->n = i;
    if (o->chained > o->n) o->chained = o->n;
    if (o->fresh > o->n) o->fresh = o->n;
    return;
  }
  if (o && o->lost) {
    o->lost--;
    return;
  }
  uint32_t number = id ? number_lock(lock_at, id) : 0;
  if (!number) return;
  lock(&graph_mu);
  graph_ignore(graph, number);
  unlock(&graph_mu);
}

__attribute__((noinline)) void lockorder_released_by(struct g *gp, const void *lock, _Atomic uint32_t *id) {
  struct lock_order *o = gp->order;
  uint32_t number = load_rlx(id);
  if (__builtin_expect(!o || !o->n || o->held[o->n - 1].lock != lock || !number, 0)) {
    release_rarely(o, lock, id);
    return;
  }
  held_pop(o);
  o->held[o->n].id = number;
}

void lockorder_released_foreign(struct lock_order *o, const void *lock) { release_rarely(o, lock, NULL); }

// ---- what orders goroutines without a lock -----------------------------------------------------------

void lockorder_publish_slow(const void *object) {
  struct g *gp = getg_or_nil();
  struct lock_order *o = gp ? gp->order : NULL;
  if (!o) return;
  go_out(o);
  past_release(object, tick(o), o->count);
}

void lockorder_learn_g(struct g *gp, const void *object) {
  if (!lockorder_is_on() || !gp) return;
  uint64_t count = gp->order ? gp->order->count : 0, had = count;
  struct past *mine = gp->order ? gp->order->past : NULL, *now = past_acquire(object, mine, &count);
  if (now == mine && count == had) return;
  struct lock_order *o = order_of(gp);
  o->count = count;
  if (now == mine) return;
  o->past = now;
  o->stamp++;
}

void lockorder_learn_slow(const void *object) { lockorder_learn_g(getg_or_nil(), object); }

void lockorder_forget_slow(const void *object) {
  past_forget(object);
  waits_forget(object);
}

// ---- waits that are no locks -------------------------------------------------------------------------

// fill_in gives d the moment, the goroutine, and if it is to be known where, the stacks: of the call that returns to pc, and
// of the acquisitions in from.
static void fill_in(struct deed *d, struct g *gp, uintptr_t pc, const struct held *const *from) {
  struct lock_order *o = gp->order;
  struct stack_now u;
  struct site here = {.pc = pc, .ctx = race_context(pc)};
  if (!here.ctx) lockstack_here(&u, pc);
  memcpy(d->name, gp->name, sizeof d->name);
  lock(&graph_mu);
  if (o->now.line || graph_line(graph, &o->now)) {
    d->when = o->now;
    d->before = past_keep(o->past);
    o->dirty = true;
  }
  d->at = lockstack_of(&here, here.ctx ? NULL : &u);
  for (uint32_t i = 0; i < d->n; i++) d->taken[i].use.at = lockstack_of(&from[i]->site, here.ctx ? NULL : &u);
  unlock(&graph_mu);
}

// no_lock: an operation was made without a lock.
static void no_lock(const void *object, enum completes c, _Atomic bool *open) {
  if (open) store_rlx(open, true);
  if (c == ONE_COMPLETES) waits_open(object, !open);
}

static void add_taken(struct deed *d, const struct held *h, uint32_t id, uint64_t told, const struct held **from) {
  if (!id || d->n == DEED_LOCKS) return;
  from[d->n] = h;
  d->taken[d->n++] = (struct taken){{id, held_mode(h), 0}, h->known, h->told ? h->told : told};
}

// note_operation tells lockwait.h of the operation, with the locks held and those that went since the last publication.
static __attribute__((noinline)) void note_operation(struct g *gp, const void *object, enum completes c, _Atomic bool *open,
                                                     uintptr_t pc) {
  struct lock_order *o = gp->order;
  const struct held *from[DEED_LOCKS];
  struct deed d = {.goid = gp->goid};
  uint64_t next = load_rlx(&counter) + 1;  // what go_out will take, or less
  for (uint32_t i = 0; i < o->n; i++)
    if (!held_was_tried(&o->held[i])) add_taken(&d, &o->held[i], number_held(&o->held[i]), next, from);
  for (uint32_t i = o->n < o->fresh ? o->fresh : o->n; i < o->high; i++)
    if (!held_was_tried(&o->held[i])) add_taken(&d, &o->held[i], o->held[i].id, next, from);
  for (uint32_t i = 0; i < o->nrecent; i++)
    if (!held_was_tried(&o->recent[i])) add_taken(&d, &o->recent[i], o->recent[i].id, next, from);
  if (d.n == 0) {
    no_lock(object, c, open);
  } else if (waits_operation(&d, object, c == ALL_COMPLETE)) {
    fill_in(&d, gp, pc, from);
    waits_first(&d, object, c == ALL_COMPLETE);
  }
}

void lockorder_operation_slow(const void *object, enum completes c, _Atomic bool *open, uintptr_t pc) {
  struct g *gp = getg_or_nil();
  struct lock_order *o = gp ? gp->order : NULL;
  int e = errno;
  if (open && load_rlx(open)) {
  } else if (o && (o->n || o->high > o->fresh || o->nrecent)) {
    note_operation(gp, object, c, open, pc);
  } else {
    no_lock(object, c, open);
  }
  if (o) lockorder_publish_slow(object);
  errno = e;
}

void lockorder_waits_slow(const void *const *object, uint32_t n, uintptr_t pc) {
  struct g *gp = getg();
  struct lock_order *o = gp->order;
  if (!o || o->n == 0 || n == 0 || n > WAIT_OBJECTS) return;
  uint64_t hash = pc ^ (uintptr_t)object[0] * 31 ^ (uint64_t)o->n << 56;
  if (o->waited == hash) return;
  const struct held *from[DEED_LOCKS];
  struct deed d = {.goid = gp->goid};
  int e = errno;
  for (uint32_t i = o->n; i-- > 0;) add_taken(&d, &o->held[i], number_held(&o->held[i]), 0, from);
  if (d.n) fill_in(&d, gp, pc, from);
  uint32_t number = d.n ? waits_enter(&d, object, n) : 0;
  if (o->wait && number) waits_over(o->wait, load_rlx(&counter) + 1);
  if (number) o->wait = number;
  o->waited = hash;
  errno = e;
}

// ---- the end -----------------------------------------------------------------------------------------

enum { AT_END = 32 };

struct last_words {
  uint32_t n;
  struct telling *at[AT_END];
};

static void hanging(const struct hang *h, void *arg) {
  struct last_words *w = arg;
  struct telling *t = w->n < AT_END ? telling_of_wait(graph, h) : NULL;
  if (t) w->at[w->n++] = t;
}

static void tell_waits(void) {
  struct last_words w = {.n = 0};
  if (!lockorder_on) return;
  lock(&graph_mu);
  if (graph) waits_hanging(graph, hanging, &w);
  unlock(&graph_mu);
  for (uint32_t i = 0; i < w.n; i++) telling_tell(w.at[i]);
}

void lockorder_init(void) {
  lockorder_on = settings.lockorder || CRUN_RACE;
  if (lockorder_on) atexit(tell_waits);
}
