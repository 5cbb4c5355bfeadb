// SPDX-License-Identifier: Apache-2.0
// lockset.c: lists of held locks, and the table of sets by epoch id.
//
//     epoch id -> set_of[id] -> by_id[set] -> set: {lock, kind, where} ...      0: no lock
//
// A set that two scans in a row find under no id in use goes. Why none goes that somebody is about to enter:
//   a new epoch: it is looked up and entered under a stripe's lock, a scan begins under all of them, and what is
//     looked up after that has `seen` of this scan, so that what was looked up last (memos) holds until the next;
//   a split: without the lock. Who finds after the store that a scan has begun looks it up once more; a store that was
//     not seen yet by that scan is seen by the next, which is the first that could drop the set. A set that is read
//     while it is dropped is still mapped, and what is made of it is not kept.
#include "lockset.h"

#include <stdatomic.h>
#include <string.h>

#include "alloc.h"
#include "epoch.h"
#include "reserve.h"
#include "spin.h"

enum {
  SETS_MAX = 1 << 24,
  BUCKETS = 1 << 14,
  FIRST_HELD = 3,
  MEMOS = 1 << 13,
  LOST = UINT32_MAX,  // as an id of a set
};

bool lockset_is_on;
const struct lockset lockset_lost;

static struct spin lockset_lock;
static uint32_t *set_of;                       // by epoch id; written under the stripe's lock
static struct lockset *_Atomic *by_id;         // under lockset_lock; read by the scan too
static struct lockset *bucket[BUCKETS];        // under lockset_lock
static uint32_t top = 1;                       // under lockset_lock: ids of sets below were given out
static uint32_t free_id;                       // under lockset_lock: a list through free_next, 0: empty
static uint32_t *free_next;
static size_t count;                           // under lockset_lock
static _Atomic uint32_t scan = 1;
static _Atomic bool stopped;

static _Atomic uint64_t memos[MEMOS];          // by hash: scan << 32 | set, of what was looked up last

void lockset_init(void) {
  set_of = race_reserve(sizeof *set_of << EPOCH_BITS);
  by_id = race_reserve(sizeof *by_id * SETS_MAX);
  free_next = race_reserve(sizeof *free_next * SETS_MAX);
}

// ---- what is held ------------------------------------------------------------------------------------

// handed: locks that somebody else unlocked, by hash.
enum { HANDED_BITS = 14 };
static _Atomic uint64_t handed[(1 << HANDED_BITS) / 64];

static inline uint32_t handed_bit(uintptr_t lock) {
  return (uint32_t)((uint64_t)lock * 0x9e3779b97f4a7c15ull >> (64 - HANDED_BITS));
}

bool lockset_is_told(const struct held_lock *l) {
  uint32_t b = handed_bit(l->lock);
  return !(atomic_load_explicit(&handed[b / 64], memory_order_relaxed) >> b % 64 & 1);
}

static struct held *held_find(const race_g *g, uintptr_t lock) {
  for (uint32_t i = g->nheld; i-- > 0;)
    if (g->held[i].l.lock == lock) return &g->held[i];
  return NULL;
}

static void held_grow(race_g *g) {
  uint32_t room = g->held_room ? 2 * g->held_room : FIRST_HELD;
  struct held *big = race_alloc(room * sizeof *big);
  if (g->nheld) memcpy(big, g->held, g->nheld * sizeof *big);
  race_free(g->held, g->held_room * sizeof *big);
  g->held = big;
  g->held_room = room;
  g->known = g->nheld;
}

static bool lock_equal(struct held_lock a, struct held_lock b) {
  return a.lock == b.lock && a.ctx == b.ctx && a.kind == b.kind;
}

void lockset_taken_slow(race_g *g, struct held_lock l) {
  struct held *h = held_find(g, l.lock);
  if (h) {
    h->times++;
    return;
  }
  if (!lockset_is_on) __atomic_store_n(&lockset_is_on, true, __ATOMIC_RELAXED);
  if (g->nheld == g->held_room) held_grow(g);
  uint32_t i = g->nheld++;
  if (i >= g->known || !lock_equal(g->held[i].l, l)) {
    g->held[i] = (struct held){.l = l, .times = 1};
    g->known = i + 1;
  }
}

void lockset_left_slow(race_g *g, uintptr_t lock) {
  struct held *h = held_find(g, lock);
  if (!h) {
    uint32_t b = handed_bit(lock);
    atomic_fetch_or_explicit(&handed[b / 64], 1ull << b % 64, memory_order_relaxed);
    return;
  }
  if (--h->times) return;
  h->times = 1;  // as it is found again
  struct held *last = &g->held[--g->nheld];
  if (h != last) {
    memmove(h, h + 1, (char *)last - (char *)h);
    g->known = h - g->held;
    for (; h < last; h++) h->set = 0;
  }
}

void lockset_drop(race_g *g) { race_free(g->held, g->held_room * sizeof *g->held); }

// ---- sets --------------------------------------------------------------------------------------------

static uint32_t hash_of(const struct held *h, uint32_t n) {
  uint64_t x = n;
  for (uint32_t i = 0; i < n; i++) {
    x = (x ^ h[i].l.lock) * 0x9e3779b97f4a7c15ull;
    x = (x ^ x >> 29 ^ h[i].l.ctx ^ (uint64_t)h[i].l.kind << 32) * 0xbf58476d1ce4e5b9ull;
  }
  return (uint32_t)(x >> 32);
}

static size_t set_bytes(uint32_t n) { return sizeof(struct lockset) + n * sizeof(struct held_lock); }

static bool set_is(const struct lockset *s, uint32_t hash, const struct held *h, uint32_t n) {
  if (!s || s->hash != hash || s->n != n) return false;
  for (uint32_t i = 0; i < n; i++)
    if (!lock_equal(s->lock[i], h[i].l)) return false;
  return true;
}

static uint32_t id_new_locked(void) {
  uint32_t id = top++;
  reserve_commit(&by_id[id], sizeof *by_id);
  reserve_commit(&free_next[id], sizeof *free_next);
  return id;
}

static struct lockset *set_new_locked(uint32_t hash, const struct held *h, uint32_t n) {
  uint32_t id = free_id;
  if (id) free_id = free_next[id];
  else if (top < SETS_MAX) id = id_new_locked();
  else return NULL;
  struct lockset *s = race_alloc(set_bytes(n));
  s->id = id;
  s->hash = hash;
  s->n = n;
  for (uint32_t i = 0; i < n; i++) s->lock[i] = h[i].l;
  s->next = bucket[hash % BUCKETS];
  bucket[hash % BUCKETS] = s;
  atomic_store_explicit(&by_id[id], s, memory_order_release);
  count++;
  return s;
}

// intern returns the set of h[0..n), nil: there are too many.
static const struct lockset *intern(uint32_t hash, const struct held *h, uint32_t n) {
  spin_lock(&lockset_lock);
  struct lockset *s = bucket[hash % BUCKETS];
  while (s && !set_is(s, hash, h, n)) s = s->next;
  if (!s && !atomic_load_explicit(&stopped, memory_order_relaxed)) s = set_new_locked(hash, h, n);
  if (s) atomic_store_explicit(&s->seen, atomic_load_explicit(&scan, memory_order_relaxed), memory_order_relaxed);
  spin_unlock(&lockset_lock);
  return s;
}

// set_find returns the id of the set of h[0..n).
static uint32_t set_find(const struct held *h, uint32_t n, uint32_t now) {
  uint32_t hash = hash_of(h, n);
  _Atomic uint64_t *memo = &memos[hash % MEMOS];
  uint64_t m = atomic_load_explicit(memo, memory_order_acquire);
  if (m >> 32 == now && set_is(atomic_load_explicit(&by_id[(uint32_t)m], memory_order_relaxed), hash, h, n)) return m;
  const struct lockset *s = intern(hash, h, n);
  if (!s) return LOST;
  atomic_store_explicit(memo, (uint64_t)now << 32 | s->id, memory_order_release);
  return s->id;
}

// set_held returns the id of the set that g holds.
static uint32_t set_held(race_g *g, uint32_t now) {
  uint32_t n = g->nheld < LOCKSET_MAX ? g->nheld : LOCKSET_MAX;
  if (n == 0) return 0;
  struct held *h = &g->held[n - 1];
  if (!h->set || h->scan != now) {
    h->set = set_find(g->held, n, now);
    h->scan = now;
  }
  return h->set;
}

static void enter(uint32_t id, race_g *g, uint32_t now) {
  uint32_t set = set_held(g, now);
  if (__atomic_load_n(&set_of[id], __ATOMIC_RELAXED) == set) return;
  reserve_commit(&set_of[id], sizeof *set_of);
  __atomic_store_n(&set_of[id], set, __ATOMIC_RELAXED);
}

void lockset_enter_slow(uint32_t id, race_g *g) {
  enter(id, g, atomic_load_explicit(&scan, memory_order_relaxed));
  if (set_of[id | 1]) __atomic_store_n(&set_of[id | 1], 0, __ATOMIC_RELAXED);  // of the pair's last epoch
}

void lockset_enter_split(uint32_t id, race_g *g) {
  uint32_t now;
  do {
    now = atomic_load_explicit(&scan, memory_order_relaxed);
    enter(id, g, now);
    atomic_signal_fence(memory_order_seq_cst);
  } while (atomic_load_explicit(&scan, memory_order_relaxed) != now);
}

// ---- for reports -------------------------------------------------------------------------------------

const struct lockset *lockset_pin(const struct lockset *s) {
  if (s && s != &lockset_lost) atomic_fetch_add_explicit(&((struct lockset *)s)->pins, 1, memory_order_relaxed);
  return s;
}

void lockset_unpin(const struct lockset *s) {
  if (s && s != &lockset_lost) atomic_fetch_sub_explicit(&((struct lockset *)s)->pins, 1, memory_order_release);
}

const struct lockset *lockset_of(uint32_t id) {
  uint32_t set = __atomic_load_n(&set_of[id], __ATOMIC_RELAXED);
  if (set == 0) return NULL;
  if (set >= SETS_MAX) return &lockset_lost;
  spin_lock(&lockset_lock);
  const struct lockset *s = lockset_pin(atomic_load_explicit(&by_id[set], memory_order_relaxed));
  spin_unlock(&lockset_lock);
  return s ? s : &lockset_lost;
}

size_t lockset_count(void) {
  spin_lock(&lockset_lock);
  size_t n = count;
  spin_unlock(&lockset_lock);
  return n;
}

// ---- the scan ----------------------------------------------------------------------------------------

void lockset_scan_begin(void) { atomic_fetch_add_explicit(&scan, 1, memory_order_relaxed); }

void lockset_keep(uint32_t id) {
  uint32_t set = __atomic_load_n(&set_of[id], __ATOMIC_RELAXED);
  if (set == 0 || set >= SETS_MAX) return;
  struct lockset *s = atomic_load_explicit(&by_id[set], memory_order_acquire);
  if (s) atomic_store_explicit(&s->seen, atomic_load_explicit(&scan, memory_order_relaxed), memory_order_relaxed);
}

static void sweep_locked(struct lockset **at, uint32_t now) {
  while (*at) {
    struct lockset *s = *at;
    bool kept = now - atomic_load_explicit(&s->seen, memory_order_relaxed) <= 1 ||
                atomic_load_explicit(&s->pins, memory_order_acquire);
    if (kept) {
      at = &s->next;
      continue;
    }
    *at = s->next;
    atomic_store_explicit(&by_id[s->id], NULL, memory_order_relaxed);
    free_next[s->id] = free_id;
    free_id = s->id;
    count--;
    race_free(s, set_bytes(s->n));
  }
}

void lockset_scan_end(void) {
  enum { CHUNK = 1024 };
  uint32_t now = atomic_load_explicit(&scan, memory_order_relaxed);
  for (uint32_t b = 0; b < BUCKETS;) {
    spin_lock(&lockset_lock);
    for (uint32_t end = b + CHUNK; b < end; b++) sweep_locked(&bucket[b], now);
    spin_unlock(&lockset_lock);
  }
}

void lockset_stop(void) { atomic_store_explicit(&stopped, true, memory_order_relaxed); }

void lockset_lock_all(void) { spin_lock(&lockset_lock); }
void lockset_unlock_all(void) { spin_unlock(&lockset_lock); }
