// SPDX-License-Identifier: Apache-2.0
// pool.c: the pool: a stack of things for each P, and who finds its own empty looks at the others'.
//
// Within the runtime a goroutine keeps its P, so but for those that look at others' stacks nobody meets at
// a lock. A thing's place in a stack is the address of its edge: put -> get of that thing, and no more.
//   R1: the release of the place   A1: the acquire of the place by who takes the thing
//
// Rejected: Go's ring that others may take from without a lock (the lock costs 5 ns, alone); its edges by
// a hash of the thing's address (two that meet there hide races).
#include "crun/pool.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/atomic.h"
#include "base/check.h"
#include "base/lock.h"
#include "race/race.h"
#include "sched/g.h"
#include "sched/sched.h"

#define PC() ((uintptr_t)__builtin_return_address(0))

enum { POOL_MAX = 64 };

struct cr_pool_shard {
  struct lock lock;
  uint32_t n;             // under lock
  uint32_t nshards;       // read-only after init; the first shard's
  void *items[POOL_MAX];  // under lock
} __attribute__((aligned(64)));

static struct cr_pool_shard *make_shards(cr_pool *p) {
  uint32_t n = (uint32_t)sched_procs();
  race_hide_begin();
  struct cr_pool_shard *made = aligned_alloc(64, n * sizeof *made), *none = NULL;
  if (!made) throw("out of memory for a pool");
  for (uint32_t i = 0; i < n; i++) made[i] = (struct cr_pool_shard){.nshards = n};
  if (!cas_acq_rel(&p->shards, &none, made)) {
    free(made);
    made = none;
  }
  race_hide_end();
  return made;
}

static struct cr_pool_shard *shards_of(cr_pool *p) {
  struct cr_pool_shard *s = load_acq(&p->shards);
  return s ? s : make_shards(p);
}

// mine is the index of this P's shard; foreign threads share the first.
static uint32_t mine(uint32_t nshards) {
  struct m *mp = getm();
  struct p *pp = mp ? load_rlx(&mp->p) : NULL;
  return pp ? pp->id % nshards : 0;
}

static void *take_from(struct cr_pool_shard *s) {
  void *item = NULL;
  lock(&s->lock);
  if (s->n > 0) {
    item = s->items[--s->n];
    race_acquire(&s->items[s->n]);  // A1
  }
  unlock(&s->lock);
  return item;
}

static void *take(struct cr_pool_shard *s) {
  uint32_t n = s->nshards, from = mine(n);
  void *item = NULL;
  for (uint32_t i = 0; i < n && !item; i++) item = take_from(&s[(from + i) % n]);
  return item;
}

static bool keep(struct cr_pool_shard *s, void *item) {
  s += mine(s->nshards);
  lock(&s->lock);
  bool room = s->n < POOL_MAX;
  if (room) {
    race_release(&s->items[s->n]);  // R1
    s->items[s->n++] = item;
  }
  unlock(&s->lock);
  return room;
}

static void drop(cr_pool *p, void *item, uintptr_t pc) {
  if (!p->drop) return;
  race_enter(pc);
  p->drop(item);
  race_leave();
}

void *cr_pool_get(cr_pool *p) {
  struct cr_pool_shard *s = load_acq(&p->shards);
  void *item = NULL;
  rt_enter();
  if (s) item = take(s);
  rt_exit();
  if (item || !p->make) return item;
  race_enter(PC());
  item = p->make();
  race_leave();
  return item;
}

void cr_pool_put(cr_pool *p, void *item) {
  if (!item) return;
  rt_enter();
  bool kept = keep(shards_of(p), item);
  rt_exit();
  if (!kept) drop(p, item, PC());
}

void cr_pool_free(cr_pool *p) {
  struct cr_pool_shard *s = load_acq(&p->shards);
  if (!s) return;
  for (void *item; (item = take(s));) drop(p, item, PC());
  store_rel(&p->shards, NULL);
  race_sync_forget(s, s->nshards * sizeof *s);
  race_hide_begin();
  free(s);
  race_hide_end();
}
