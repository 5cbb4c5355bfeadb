// SPDX-License-Identifier: Apache-2.0
// epoch.c: the pool of epoch ids, its batches, and the table from id to (slot, clock).
//
// Here an id is a unit of two (epoch.h). An id is free, in a batch, or in use; a bitmap says "not free". A batch
// belongs to a stripe that threads share by number, so that the pool's lock is taken once for BATCH epochs.
//
// Why no id is given out while somebody can still hold it. An id goes: pool -> batch -> some g's cur
// -> cells. The scan keeps what it finds in cells (after it began), the roots (cur of every race_g)
// and three things that close the gaps between these:
//   1. an id handed to a batch since the scan began is kept (fresh);
//   2. every id that stands in a batch when the scan begins is kept, also those already taken from
//      it; they stand there until the batch is refilled, and that makes their successors fresh;
//   3. taking an id and storing it to cur happen under the stripe's lock. So a taken id is in the
//      batch array when the scan begins, or its store happened before the refill that overwrote it
//      and the roots show it. A thread that has a stripe to itself needs no lock for that: taking changes nothing that a
//      scan reads there, the refill is the thread's own and comes after the store, and it takes the lock, as the scan does.
//      (A locked instruction would wait for all of the program's own stores.)
// Who finds that an epoch is no longer a root sees which pages have its entries (R2, A2).
// Cells never move from one shadow page to another, and a page's cells are marked under its lock; a
// cell entered after its page was marked has the current epoch of a live race_g: kept by 1-3.
//
// Locks: slot lock (scan.c holds it while it reads the roots) > stripe > pool.
//   R1: spin_unlock(stripe), spin_unlock(pool)     A1: the same spin_locks
//   R2: cur = 0, behind the page's bits            A2: slot_roots
// tests/model/weak_scan_model.c runs this file, slot.c and scan.c under every interleaving.
#include "epoch.h"

#include <stdatomic.h>
#include <string.h>

#include "alloc.h"
#include "lockset.h"
#include "reserve.h"
#include "scan.h"
#include "single.h"
#include "slot.h"
#include "spin.h"

#ifndef EPOCH_BATCH  // tests/model has less
#define EPOCH_BATCH 32
#define EPOCH_STRIPES 48
#define EPOCH_STRIPES_ALONE 32
#endif

enum {
  BATCH = EPOCH_BATCH,
  STRIPES = EPOCH_STRIPES,
  STRIPES_ALONE = EPOCH_STRIPES_ALONE,  // of the first threads, one each; the others share the rest
  UNIT_BITS = EPOCH_BITS - 1,
};

#define UNIT_LIMIT (EPOCH_LIMIT / 2)

struct stripe {
  _Alignas(64) struct spin lock;
  _Atomic uint32_t next;  // changed under lock, or by the only thread it is for: ids[next..BATCH) are not taken yet
  uint32_t ids[BATCH];    // under lock; 0: none yet
};

struct epoch_table epoch_table;

static struct stripe stripes[STRIPES];
static _Atomic uint32_t stripe_count;
static _Thread_local uint32_t my_stripe;  // its number + 1; 0: none yet

static struct spin pool_lock;
static uint64_t *taken;          // under pool_lock, bit by id: not free
static uint64_t *fresh;          // under pool_lock: handed to a batch since the scan began
static uint64_t *mark;           // the scan's own
static uint32_t top = 1;         // under pool_lock; ids below it have been handed out once
static uint32_t cursor;          // under pool_lock: words of taken below it have no free bit
static uint32_t unit_limit = UNIT_LIMIT;  // under pool_lock; units are below
static bool scanning;            // under pool_lock
static uint32_t live;            // under pool_lock
static _Atomic uint64_t allocated;

#define BITMAP_BYTES ((1ull << UNIT_BITS) / 8)

// commit makes the tables writable for id: under pool_lock, before it is handed out for the first time.
static void commit(uint32_t id) {
  reserve_commit(&epoch_table.slot_low[id], sizeof(uint16_t));
  reserve_commit(&epoch_table.slot_high[id], sizeof(uint16_t));
  reserve_commit(&epoch_table.clk[id], sizeof(uint32_t));
  reserve_commit(&taken[id / 64], sizeof *taken);
  reserve_commit(&fresh[id / 64], 2 * sizeof *fresh);  // a scan clears up to top
  reserve_commit(&mark[id / 64], 2 * sizeof *mark);
}

void epoch_init(void) {
  epoch_table.slot_low = race_reserve(sizeof(uint16_t) << UNIT_BITS);
  epoch_table.slot_high = race_reserve(sizeof(uint16_t) << UNIT_BITS);
  epoch_table.clk = race_reserve(sizeof(uint32_t) << UNIT_BITS);
  taken = race_reserve(BITMAP_BYTES);
  fresh = race_reserve(BITMAP_BYTES);
  mark = race_reserve(BITMAP_BYTES);
  commit(0);
  taken[0] = 1;  // id 0: an empty cell
  for (int i = 0; i < STRIPES; i++) stripes[i].next = BATCH;
}

// epoch_put: `high` is set before the first id that needs it can be seen (cell, page lock).
static void epoch_put(uint32_t id, struct epoch e) {
  if (e.slot > UINT16_MAX) __atomic_store_n(&epoch_table.high, true, __ATOMIC_RELAXED);
  __atomic_store_n(&epoch_table.slot_low[id], (uint16_t)e.slot, __ATOMIC_RELAXED);
  __atomic_store_n(&epoch_table.clk[id], e.clk, __ATOMIC_RELAXED);
  if (epoch_table.high) __atomic_store_n(&epoch_table.slot_high[id], (uint16_t)(e.slot >> 16), __ATOMIC_RELAXED);
}

// pool_take_locked writes up to n free ids, lowest first; fewer: the ids have run out.
static uint32_t pool_take_locked(uint32_t *ids, uint32_t n) {
  uint32_t got = 0;
  for (; got < n && cursor < unit_limit / 64; cursor++) {
    uint64_t free = ~taken[cursor];
    for (; free && got < n; free &= free - 1) ids[got++] = cursor * 64 + __builtin_ctzll(free);
    if (free) break;
  }
  for (uint32_t i = 0; i < got; i++) {
    if (ids[i] >= top) commit(ids[i]);
    taken[ids[i] / 64] |= 1ull << ids[i] % 64;
    if (scanning) fresh[ids[i] / 64] |= 1ull << ids[i] % 64;
    if (ids[i] >= top) top = ids[i] + 1;
  }
  return got;
}

// refill_locked fills s, whose ids are all taken. False: there are none until a scan frees some.
static bool refill_locked(struct stripe *s) {
  uint32_t ids[BATCH];
  spin_lock(&pool_lock);
  uint32_t n = pool_take_locked(ids, BATCH);
  spin_unlock(&pool_lock);
  if (!n) return false;
  uint32_t first = BATCH - n;
  memset(s->ids, 0, sizeof s->ids);
  memcpy(s->ids + first, ids, n * sizeof *ids);
  for (uint32_t i = 0; i < n; i++) epoch_put(ids[i], (struct epoch){0});  // keeps no owner's history
  s->next = first;
  atomic_fetch_add_explicit(&allocated, n, memory_order_relaxed);
  return true;
}

static struct stripe *stripe_mine(void) {
  if (!my_stripe) {
    uint32_t n = atomic_fetch_add_explicit(&stripe_count, 1, memory_order_relaxed);
    my_stripe = 1 + (n < STRIPES_ALONE ? n : STRIPES_ALONE + n % (STRIPES - STRIPES_ALONE));
  }
  return &stripes[my_stripe - 1];
}

static bool is_alone(const struct stripe *s) { return s < &stripes[STRIPES_ALONE]; }

// hand gives g the next id of s, which has one.
static uint64_t hand(struct stripe *s, race_g *g) {
  uint32_t n = atomic_load_explicit(&s->next, memory_order_relaxed), id = s->ids[n];
  atomic_store_explicit(&s->next, n + 1, memory_order_relaxed);
  epoch_put(id, (struct epoch){g->slot, g->clk});
  uint64_t cur = (uint64_t)id << 1 << EPOCH_SHIFT;
  atomic_store_explicit(&g->cur, cur, memory_order_relaxed);
  return cur;
}

static uint64_t take_locked(struct stripe *s, race_g *g) {
  uint64_t cur = s->next < BATCH || refill_locked(s) ? hand(s, g) : 0;
  if (cur) lockset_enter((uint32_t)(cur >> EPOCH_SHIFT), g);
  return cur;
}

// take gives g the next id of s, its thread's; 0: s is empty and cannot be filled. Sets of locks are entered under the lock.
static uint64_t take(struct stripe *s, race_g *g) {
  if (is_alone(s) && s->next < BATCH && !__atomic_load_n(&lockset_is_on, __ATOMIC_RELAXED)) return hand(s, g);
  spin_lock(&s->lock);
  uint64_t cur = take_locked(s, g);
  spin_unlock(&s->lock);
  return cur;
}

void epoch_limit(uint32_t units) {
  spin_lock(&pool_lock);
  unit_limit = units < UNIT_LIMIT ? units / 64 * 64 : UNIT_LIMIT;
  spin_unlock(&pool_lock);
}

// limit_raise: more epochs are in use at once than a test wanted there to be.
static void limit_raise(void) {
  spin_lock(&pool_lock);
  unit_limit = unit_limit < UNIT_LIMIT / 2 ? 2 * unit_limit : UNIT_LIMIT;
  spin_unlock(&pool_lock);
}

uint64_t epoch_open_slow(race_g *g) {
  single_poll(g);
  struct stripe *s = stripe_mine();
  if (s->next == BATCH) scan_if_due();  // a guess without the lock: once a batch is enough
  uint64_t cur = take(s, g);
  while (!cur) {
    scan_now();
    cur = take(s, g);
    if (!cur && epoch_live() >= UNIT_LIMIT - BATCH) race_fatal("2^30 epochs are in use at once");
    if (!cur) limit_raise();
  }
  return cur;
}

bool epoch_end(race_g *g) {
  if (!epoch_has_access(g)) return false;
  g->split = false;
  atomic_store_explicit(&g->cur, 0, memory_order_release);  // R2
  vclock_raise(&g->vc, g->slot, g->clk);
  if (++g->clk == UINT32_MAX) slot_renew(g);
  return true;
}

void epoch_forget(void) {
  uint32_t n = epoch_top();
  for (uint32_t id = 0; id < n; id++) epoch_table.clk[id] = 0;
}

// ---- the scan ------------------------------------------------------------------------------------

static void lock_all(void) {
  for (int i = 0; i < STRIPES; i++) spin_lock(&stripes[i].lock);
  spin_lock(&pool_lock);
}

static void unlock_all(void) {
  spin_unlock(&pool_lock);
  for (int i = STRIPES; i-- > 0;) spin_unlock(&stripes[i].lock);
}

uint64_t *epoch_scan_begin(void) {
  lock_all();
  size_t bytes = (top / 64 + 1) * sizeof(uint64_t);
  memset(mark, 0, bytes);
  memset(fresh, 0, bytes);
  scanning = true;
  atomic_store_explicit(&allocated, 0, memory_order_relaxed);
  for (int i = 0; i < STRIPES; i++)
    for (int k = 0; k < BATCH; k++) mark[stripes[i].ids[k] / 64] |= 1ull << stripes[i].ids[k] % 64;
  lockset_scan_begin();
  unlock_all();
  return mark;
}

static void keep_locksets(uint32_t unit) {
  lockset_keep(unit << 1);
  lockset_keep(unit << 1 | 1);
}

// prune_locksets: ids that are taken meanwhile have a set that was looked up since the scan began.
static void prune_locksets(void) {
  enum { CHUNK = 1024 };
  uint32_t words = (epoch_top() - 1) / 64 + 1;
  for (uint32_t w = 0; w < words;) {
    spin_lock(&pool_lock);
    for (uint32_t end = w + CHUNK; w < end && w < words; w++)
      for (uint64_t m = taken[w]; m; m &= m - 1) keep_locksets(w * 64 + __builtin_ctzll(m));
    spin_unlock(&pool_lock);
  }
  lockset_scan_end();
}

uint32_t epoch_scan_end(void) {
  spin_lock(&pool_lock);
  uint32_t n = 0;
  taken[0] |= 1;
  mark[0] |= 1;
  for (uint32_t i = 0; i <= (top - 1) / 64; i++) {
    taken[i] &= mark[i] | fresh[i];
    n += __builtin_popcountll(taken[i]);
  }
  live = n;
  cursor = 0;
  scanning = false;
  spin_unlock(&pool_lock);
  if (lockset_is_on) prune_locksets();
  return n;
}

uint32_t epoch_top(void) {
  spin_lock(&pool_lock);
  uint32_t t = top;
  spin_unlock(&pool_lock);
  return t;
}

uint32_t epoch_live(void) {
  spin_lock(&pool_lock);
  uint32_t n = live;
  spin_unlock(&pool_lock);
  return n;
}

uint64_t epoch_allocated(void) { return atomic_load_explicit(&allocated, memory_order_relaxed); }

void epoch_lock_all(void) { lock_all(); }
void epoch_unlock_all(void) { unlock_all(); }
