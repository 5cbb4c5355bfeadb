// SPDX-License-Identifier: Apache-2.0
// waitfor.c: wait-for cycles over locks, found when the last goroutine of one parks.
//
// The graph has an edge from a goroutine inside a lock call that has to wait to each goroutine that must act before
// it can return: a mutex's owner, a rwmutex's writer, or any one of a rwmutex's readers. All of these are bound to
// the lock: nobody else can give it up. So a cycle is a deadlock for ever, and no prediction.
//
// The walk reads a graph that changes. Why what it reports is true:
//   1. It reads the path twice. An edge counts if blocked_on and blocked_seq were the same both times: its goroutine
//      was in the one lock call all the while (it bumps blocked_seq at each).
//   2. Whoever holds a lock of the path is, by 1, in a lock call for another one, so it neither gave up nor took
//      the first in between. So at the second reading all edges were there at once.
//   3. A lock handed over to somebody who waits for it is his though he has not woken: an edge to the goroutine whose
//      own lock it is counts only as the caller's own, who asks before anybody could have handed it anything.
//   4. A reader that was let in may not have woken: it counts as waiting only while its sudog is queued.
//
// A goroutine may leave its lock call, and the lock's memory may be given back, while a walk reads it. So waitfor_end
// takes blocked_on back first and then waits until no walk is under way (waitfor.walk_lock); a walk looks only at locks
// whose blocked_on it read under walk_lock. Most parks walk nowhere: the owner of their lock waits for nothing.
//
// Locks: waitfor.walk_lock, a spin lock; under it waitfor.holders_lock, a semaphore's, and sched.all_lock. Nothing parks under it.
//   R1: waitfor_begin's store   A1: the walk's loads      R2: waitfor_end's store   A2: walk_lock's exchange
#include "diag/deadlock/waitfor.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "chan/waitq.h"
#include "diag/deadlock/cycle.h"
#include "race/race.h"
#include "sched/wake.h"

// What a goroutine has locked for reading, and its place among those that wait while they have something.
struct read_holds {
  struct g *g;
  struct read_hold {
    cr_rwmutex *rw;
    _Atomic callsite at;           // where it was locked
    uint64_t goid;
  } * hold;                        // owner only; others read it while g is in a lock call
  uint32_t n, cap;                 // likewise
  struct read_holds *next, *prev;  // under waitfor.holders_lock, while g waits
};

struct waitfor waitfor;
static uint32_t walk_number;  // under waitfor.walk_lock

// ---- what is noted as it happens ----------------------------------------------------------------------

static struct read_holds *holds_of(struct g *gp) {
  struct read_holds *h = gp->reads;
  if (h && h->n < h->cap) return h;
  race_hide_begin();
  if (!h) h = calloc(1, sizeof *h);
  uint32_t cap = h && h->cap ? 2 * h->cap : 4;
  struct read_hold *hold = h ? realloc(h->hold, cap * sizeof *hold) : NULL;
  race_hide_end();
  if (!hold) throw("out of memory for a read lock");
  h->g = gp;
  h->hold = hold;
  h->cap = cap;
  return gp->reads = h;
}

void waitfor_read_begin(struct g *gp, cr_rwmutex *rw, callsite at) {
  struct read_holds *h = gp->reads;
  if (__builtin_expect(!h || h->n == h->cap, 0)) h = holds_of(gp);
  struct read_hold *hold = &h->hold[h->n++];
  hold->rw = rw;
  hold->goid = gp->goid;
  callsite_set(&hold->at, at);  // mostly that of the last one to lie there
}

bool waitfor_read_end(struct g *gp, cr_rwmutex *rw) {
  struct read_holds *h = gp->reads;
  uint32_t i = h ? h->n : 0;
  while (i > 0 && h->hold[i - 1].rw != rw) i--;
  if (i == 0) return false;
  h->hold[i - 1] = h->hold[--h->n];
  return true;
}

static void free_holds(struct g *gp) {
  struct read_holds *h = gp->reads;
  if (!h) return;
  gp->reads = NULL;
  race_hide_begin();
  free(h->hold);
  free(h);
  race_hide_end();
}

static void join_holders(struct read_holds *h) {
  lock(&waitfor.holders_lock);
  h->prev = NULL;
  h->next = waitfor.holders;
  if (waitfor.holders) waitfor.holders->prev = h;
  waitfor.holders = h;
  store_seq(&waitfor.nholders, load_rlx(&waitfor.nholders) + 1);
  unlock(&waitfor.holders_lock);
}

static void leave_holders(struct read_holds *h) {
  lock(&waitfor.holders_lock);
  if (h->prev) h->prev->next = h->next;
  else waitfor.holders = h->next;
  if (h->next) h->next->prev = h->prev;
  store_seq(&waitfor.nholders, load_rlx(&waitfor.nholders) - 1);
  unlock(&waitfor.holders_lock);
}

void waitfor_begin(struct g *gp, const void *lock, enum blocked what, callsite at) {
  gp->blocked_at = at;
  callsite_note(at);
  store_rlx(&gp->blocked_seq, load_rlx(&gp->blocked_seq) + 1);
  if (gp->reads && gp->reads->n) join_holders(gp->reads);
  store_seq(&gp->blocked_on, (uintptr_t)lock | what);  // R1
}

void waitfor_end(struct g *gp) {
  store_seq(&gp->blocked_on, 0);  // R2
  while (load_seq(&waitfor.walk_lock)) sched_yield();
  if (gp->reads && gp->reads->n) leave_holders(gp->reads);
}

void waitfor_forget(void) {
  struct g *gp = getg_or_nil();
  waitfor.holders_lock = (struct lock){0};
  waitfor.holders = NULL;
  store_rlx(&waitfor.nholders, 0);
  store_rlx(&waitfor.walk_lock, 0);
  if (gp) store_rlx(&gp->blocked_on, 0);
}

// ---- the graph ------------------------------------------------------------------------------------------

// owner_of is m's owner; nil: nobody, or one that has taken it and not said so yet, or has ended.
static struct g *owner_of(const cr_mutex *m) {
  struct g *gp = load_acq(&m->owner);
  uint64_t goid = owner_goid(m);
  return gp && goid && gp->goid == goid && load_acq(&gp->status) != G_DEAD ? gp : NULL;
}

// hold_of is what h says of rw; nil: its goroutine does not read rw.
static const struct read_hold *hold_of(const struct read_holds *h, const cr_rwmutex *rw) {
  for (uint32_t i = 0; h && i < h->n; i++)
    if (h->hold[i].rw == rw) return &h->hold[i];
  return NULL;
}

struct place waitfor_read_place(struct g *gp, const cr_rwmutex *rw) {
  const struct read_hold *h = hold_of(gp->reads, rw);
  return h ? (struct place){load_rlx(&h->at), h->goid} : (struct place){.at = 0};
}

struct place waitfor_place(const cr_mutex *m) {
  return (struct place){load_rlx(&m->locked), owner_goid(m)};
}

struct g *waitfor_owner(struct g *gp) {
  uintptr_t on = load_seq(&gp->blocked_on);
  return on && kind_of(on) != BLOCKED_READERS ? owner_of(mutex_of(on)) : NULL;
}

// What a look at the lock itself says of a goroutine that parks.
enum look { LOOK_NO, LOOK_FAR, LOOK_OWN };

// look_near says, with the lock that gp waits for locked: those it waits for wait too, or it is gp's own (3.).
static enum look look_near(struct g *gp) {
  uintptr_t on = load_rlx(&gp->blocked_on);
  if (kind_of(on) == BLOCKED_READERS) return load_seq(&waitfor.nholders) ? LOOK_FAR : LOOK_NO;
  struct g *owner = owner_of(mutex_of(on));
  if (owner == gp) return LOOK_OWN;
  return !owner || load_seq(&owner->blocked_on) ? LOOK_FAR : LOOK_NO;  // A1
}

// ---- the walk -------------------------------------------------------------------------------------------

enum { MAX_EDGES = 1 << 16 };  // 3 MB, touched as far as a path is long

struct edge {
  struct g *g;
  uintptr_t on;
  uint32_t seq;
  bool looked;              // at a lock's one owner
  struct read_holds *next;  // of a writer's edge: which reader's turn it is to be looked at
};

// The path from the goroutine that parked, under walk_lock.
static struct {
  struct edge edge[MAX_EDGES];
  uint32_t n;
} path;

static bool still(const struct edge *e) {
  return load_seq(&e->g->blocked_seq) == e->seq && load_seq(&e->g->blocked_on) == e->on;
}

// is_queued tells whether gp waits in the queue of rw's readers and was not let in.
static bool is_queued(struct g *gp, cr_rwmutex *rw) {
  bool found = false;
  struct lock *l = (struct lock *)&rw->reader_sem.lock;
  lock(l);
  for (const struct sudog *sg = rw->reader_sem.waiters.first; sg && !found; sg = sg->next) found = sg->g == gp;
  unlock(l);
  return found;
}

static bool holds(struct g *gp, uintptr_t on) {
  if (kind_of(on) != BLOCKED_READERS) return owner_of(mutex_of(on)) == gp;
  return hold_of(gp->reads, rwmutex_of(on));
}

// verify reads the path again.
static bool verify(void) {
  for (uint32_t i = 0; i < path.n; i++) {
    const struct edge *e = &path.edge[i];
    struct g *to = path.edge[(i + 1) % path.n].g;
    if (!still(e) || !holds(to, e->on)) return false;
    if (kind_of(e->on) == BLOCKED_READ && !is_queued(e->g, rwmutex_of(e->on))) return false;
  }
  for (uint32_t i = 0; i < path.n; i++)
    if (!still(&path.edge[i])) return false;
  return true;
}

static void push(struct g *gp) {
  uint32_t seq = load_seq(&gp->blocked_seq);
  uintptr_t on = load_seq(&gp->blocked_on);  // A1
  if (!on || gp->walk_mark == walk_number || path.n == MAX_EDGES) return;
  gp->walk_mark = walk_number;
  struct read_holds *first = kind_of(on) == BLOCKED_READERS ? waitfor.holders : NULL;
  path.edge[path.n++] = (struct edge){.g = gp, .on = on, .seq = seq, .next = first};
}

// next_reader is the next goroutine that holds the rwmutex which e waits for, of those that wait themselves.
static struct g *next_reader(struct edge *e) {
  for (struct read_holds *h = e->next; h; h = h->next) {
    e->next = h->next;
    if (hold_of(h, rwmutex_of(e->on))) return h->g;
  }
  return NULL;
}

static struct g *next_owner(struct edge *e) {
  if (kind_of(e->on) == BLOCKED_READERS) return next_reader(e);
  if (e->looked) return NULL;
  e->looked = true;
  struct g *to = owner_of(mutex_of(e->on));
  return to == e->g && kind_of(e->on) != BLOCKED_READ ? NULL : to;  // it was handed to e->g
}

// find makes the path of a cycle from start back to it.
static bool find(struct g *start) {
  bool found = false;
  walk_number++;
  path.n = 0;
  lock(&waitfor.holders_lock);
  push(start);
  while (path.n > 0 && !found) {
    struct g *to = next_owner(&path.edge[path.n - 1]);
    found = to == start;
    if (!to) path.n--;
    else if (!found) push(to);
  }
  unlock(&waitfor.holders_lock);
  return found;
}

struct search {
  uint64_t goid;
  bool found;
};

static void is_goid(struct g *gp, void *arg) {
  struct search *s = arg;
  s->found |= gp->goid == s->goid;
}

// owner_ended tells whether the lock that gp waits for is held by a goroutine that is no more.
static bool owner_ended(struct g *gp) {
  uintptr_t on = load_seq(&gp->blocked_on);
  if (!on || kind_of(on) == BLOCKED_READERS || owner_of(mutex_of(on))) return false;
  struct search s = {.goid = owner_goid(mutex_of(on))};
  uint32_t seq = load_seq(&gp->blocked_seq);
  if (s.goid == 0) return false;
  sched_each(is_goid, &s);
  return !s.found && owner_goid(mutex_of(on)) == s.goid && load_seq(&gp->blocked_seq) == seq && load_seq(&gp->blocked_on) == on;
}

// ---- when it parks -----------------------------------------------------------------------------------------

// take_cycle copies what is to be told of the path; who is in it stays there for ever.
static struct cycle *take_cycle(void) {
  race_hide_begin();
  struct cycle *c = calloc(1, sizeof *c);
  race_hide_end();
  if (!c) return NULL;
  c->total = path.n;
  c->n = path.n < CYCLE_TOLD ? path.n : CYCLE_TOLD;
  for (uint32_t i = 0; i < c->n; i++)
    cycle_member(&c->member[i], path.edge[i].g, path.edge[i].on, path.edge[(i + path.n - 1) % path.n].on);
  return c;
}

// tell tells of what walk_from found, and nothing is locked.
static void tell(struct g *gp, struct cycle *c, uintptr_t ended_on) {
  if (c) cycle_tell(c);
  if (ended_on) cycle_tell_ended(gp, ended_on);
  race_hide_begin();
  free(c);
  race_hide_end();
}

static void walk_lock_take(void) {
  for (uint32_t nobody = 0; !cas_seq(&waitfor.walk_lock, &nobody, 1); nobody = 0) sched_yield();  // A2
}

// walk_from looks for the cycle that gp, which has parked, closes. It may be on its way again by now.
static __attribute__((noinline)) void walk_from(struct g *gp, bool own) {
  walk_lock_take();
  bool found;
  if (own) {
    walk_number++;
    path.n = 0;
    push(gp);
    found = path.n == 1;
  } else {
    found = find(gp) && verify();
  }
  struct cycle *c = found ? take_cycle() : NULL;
  uintptr_t ended_on = !found && owner_ended(gp) ? load_seq(&gp->blocked_on) : 0;
  store_seq(&waitfor.walk_lock, 0);
  tell(gp, c, ended_on);
}

static bool commit(struct g *gp, void *arg) {
  enum look look = look_near(gp);
  unlock(arg);
  if (look != LOOK_NO) walk_from(gp, look == LOOK_OWN);
  return true;
}

void park_blocked(struct lock *l, enum wait_reason why) { park(commit, l, why); }

// waits_for_ended tells of gp if it waits for what the goroutine with the number *arg holds.
static void waits_for_ended(struct g *gp, void *arg) {
  const uint64_t *goid = arg;
  uint32_t seq = load_seq(&gp->blocked_seq);
  uintptr_t on = load_seq(&gp->blocked_on);  // A1
  if (!on || kind_of(on) == BLOCKED_READERS || owner_goid(mutex_of(on)) != *goid) return;
  if (load_seq(&gp->blocked_seq) != seq || load_seq(&gp->blocked_on) != on) return;
  path.n = 1;  // one of them is told
  path.edge[0] = (struct edge){.g = gp, .on = on};
}

void waitfor_g_ended_slow(struct g *gp) {
  uint64_t goid = gp->goid;
  free_holds(gp);
  if (!gp->nlocked) return;
  gp->nlocked = 0;
  walk_lock_take();
  path.n = 0;
  sched_each(waits_for_ended, &goid);
  struct edge stuck = path.n ? path.edge[0] : (struct edge){.g = NULL};
  store_seq(&waitfor.walk_lock, 0);
  if (stuck.g) cycle_tell_ended(stuck.g, stuck.on);
}

// ---- misuse -----------------------------------------------------------------------------------------------

static const char *misuse_title(const char *rule) {
  if (strcmp(rule, "copied-lock") == 0) return "unlock of a mutex that was copied while it was locked";
  if (strcmp(rule, "unlock-by-other") == 0) return "unlock of a lock that another goroutine holds";
  return "unlock of an unlocked lock";
}

void waitfor_misuse(const cr_mutex *m, const char *rule, uintptr_t pc) {
  struct place locked = waitfor_place(m);
  bool freed = !locked.goid && load_rlx(&m->unlocked);
  struct place before = freed ? (struct place){.at = load_rlx(&m->unlocked)} : locked;
  misuse_tell(&(struct misuse){.rule = rule, .title = misuse_title(rule), .does = "unlocks", .object = m, .pc = pc,
                               .earlier = locked.goid ? "locked it" : freed ? "unlocked" : "locked", .before = before});
}
