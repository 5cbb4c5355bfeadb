// SPDX-License-Identifier: Apache-2.0
// map.c: the concurrent map: shards with a lock each, of chained entries.
//
// The upper bits of a key's hash choose the shard, the lower ones the chain; a shard has as many chains as
// entries, or twice. A lock is held for one look-up, so who meets another there waits for some 50 ns.
//
// For the detector each entry has its own edges, and each shard one more, for keys that are not there any
// longer: a store of one key orders nobody who reads another.
//   R1: a write releases its entry           A1: who finds it acquires it
//   R2: a delete merges into shard->deleted  A2: who finds nothing acquires that
//
// Rejected: liburcu's lock-free table, the one in Debian that is well kept. Its readers are threads, which
// register, and which must stay the same from the lock to the unlock; a goroutine may not. Ours is small.
#include "crun/map.h"

#include <stdlib.h>

#include "base/atomic.h"
#include "base/check.h"
#include "base/lock.h"
#include "race/race.h"
#include "sched/sched.h"

enum { SHARD_BITS = 6, SHARDS = 1 << SHARD_BITS, FIRST_CHAINS = 8 };

struct entry {
  struct entry *next;
  void *value;
  uint64_t hash;
  size_t n;
  char key[];
};

struct cr_map_shard {
  struct lock lock;
  uint32_t nchains;       // under lock: a power of two, or 0
  size_t len;             // under lock
  struct entry **chains;  // under lock
  char deleted;           // the address of an edge
} __attribute__((aligned(64)));

// What is looked for.
struct wanted {
  const void *key;
  size_t n;
  uint64_t hash;
};

// ---- memory, behind the detector's back -----------------------------------------------------------

static void *take_memory(size_t n) {
  race_hide_begin();
  void *p = calloc(1, n);
  race_hide_end();
  if (!p) throw("out of memory for a map");
  return p;
}

static void give_back(void *p) {
  race_hide_begin();
  free(p);
  race_hide_end();
}

static void forget(struct entry *e) {
  race_sync_forget(e, sizeof *e);
  give_back(e);
}

static struct cr_map_shard *shards_of(cr_map *m) {
  struct cr_map_shard *s = load_acq(&m->shards), *none = NULL;
  if (s) return s;
  race_hide_begin();
  s = aligned_alloc(64, SHARDS * sizeof *s);
  race_hide_end();
  if (!s) throw("out of memory for a map");
  for (int i = 0; i < SHARDS; i++) s[i] = (struct cr_map_shard){.nchains = 0};
  if (cas_acq_rel(&m->shards, &none, s)) return s;
  give_back(s);
  return none;
}

// ---- one shard, its lock held ---------------------------------------------------------------------

// hash_of mixes eight bytes at a time (Murmur's finalizer over a multiply).
static uint64_t hash_of(const char *key, size_t n) {
  uint64_t h = 0x9e3779b97f4a7c15u ^ n, word;
  for (; n >= 8; key += 8, n -= 8) {
    __builtin_memcpy(&word, key, 8);
    h = (h ^ word) * 0xff51afd7ed558ccdu;
    h ^= h >> 32;
  }
  for (word = 0; n > 0; n--) word = word << 8 | (unsigned char)key[n - 1];
  h = (h ^ word) * 0xc4ceb9fe1a85ec53u;
  return h ^ h >> 29;
}

static bool same_bytes(const char *a, const char *b, size_t n) {
  for (; n > 0; n--)
    if (*a++ != *b++) return false;
  return true;
}

// find returns the link to the entry, or the end of its chain.
static struct entry **find(struct cr_map_shard *s, const struct wanted *w) {
  static struct entry *nothing;
  if (!s->nchains) return &nothing;
  struct entry **link = &s->chains[w->hash & (s->nchains - 1)];
  for (struct entry *e; (e = *link); link = &e->next)
    if (e->hash == w->hash && e->n == w->n && same_bytes(e->key, w->key, w->n)) break;
  return link;
}

static void grow(struct cr_map_shard *s) {
  uint32_t n = s->nchains ? 2 * s->nchains : FIRST_CHAINS;
  struct entry **to = take_memory(n * sizeof(struct entry *));
  for (uint32_t i = 0; i < s->nchains; i++)
    for (struct entry *e, *next = s->chains[i]; (e = next);) {
      next = e->next;
      e->next = to[e->hash & (n - 1)];
      to[e->hash & (n - 1)] = e;
    }
  give_back(s->chains);
  s->chains = to;
  s->nchains = n;
}

static void add(struct cr_map_shard *s, const struct wanted *w, void *value) {
  if (s->len == s->nchains) grow(s);
  struct entry *e = take_memory(sizeof *e + w->n);
  struct entry **chain = &s->chains[w->hash & (s->nchains - 1)];
  *e = (struct entry){.next = *chain, .value = value, .hash = w->hash, .n = w->n};
  for (size_t i = 0; i < w->n; i++) e->key[i] = ((const char *)w->key)[i];
  *chain = e;
  s->len++;
  race_release(e);  // R1
}

// ---- the operations -------------------------------------------------------------------------------

enum what { LOAD, STORE, SWAP, LOAD_OR_STORE, DELETE };

static bool writes_always(enum what what) { return what == STORE || what == SWAP; }

static void *found(struct cr_map_shard *s, struct entry **link, enum what what, void *value) {
  struct entry *e = *link;
  void *old = e->value;
  if (what != STORE) race_acquire(e);  // A1
  if (writes_always(what)) {
    race_release(e);  // R1
    e->value = value;
  }
  if (what == DELETE) {
    race_release_merge(&s->deleted);  // R2
    *link = e->next;
    s->len--;
    forget(e);
  }
  return old;
}

static void *not_found(struct cr_map_shard *s, const struct wanted *w, enum what what, void *value) {
  if (what != STORE) race_acquire(&s->deleted);  // A2
  if (writes_always(what) || what == LOAD_OR_STORE) add(s, w, value);
  return NULL;
}

static void *act(cr_map *m, struct wanted w, enum what what, void *value, uintptr_t pc) {
  w.hash = hash_of(w.key, w.n);
  race_read(w.key, w.n, pc);
  rt_enter();
  struct cr_map_shard *s = &shards_of(m)[w.hash >> (64 - SHARD_BITS)];
  lock(&s->lock);
  struct entry **link = find(s, &w);
  void *old = *link ? found(s, link, what, value) : not_found(s, &w, what, value);
  unlock(&s->lock);
  rt_exit();
  return old;
}

#define PC() ((uintptr_t)__builtin_return_address(0))
#define KEY ((struct wanted){.key = key, .n = n})

void *cr_map_load(cr_map *m, const void *key, size_t n) { return act(m, KEY, LOAD, NULL, PC()); }
void cr_map_store(cr_map *m, const void *key, size_t n, void *value) { act(m, KEY, STORE, value, PC()); }
void *cr_map_swap(cr_map *m, const void *key, size_t n, void *value) { return act(m, KEY, SWAP, value, PC()); }
void *cr_map_delete(cr_map *m, const void *key, size_t n) { return act(m, KEY, DELETE, NULL, PC()); }

void *cr_map_load_or_store(cr_map *m, const void *key, size_t n, void *value) {
  return act(m, KEY, LOAD_OR_STORE, value, PC());
}

size_t cr_map_len(cr_map *m) {
  size_t len = 0;
  struct cr_map_shard *s = load_acq(&m->shards);
  for (int i = 0; s && i < SHARDS; i++) {
    lock(&s[i].lock);
    len += s[i].len;
    unlock(&s[i].lock);
  }
  return len;
}

// ---- each -----------------------------------------------------------------------------------------

// copy_shard copies the entries, with their keys, so that fn is called without the lock. The copies form a
// list.
static struct entry *copy_shard(struct cr_map_shard *s) {
  struct entry *list = NULL;
  lock(&s->lock);
  for (uint32_t i = 0; i < s->nchains; i++)
    for (struct entry *e = s->chains[i]; e; e = e->next) {
      struct entry *c = take_memory(sizeof *c + e->n);
      *c = (struct entry){.next = list, .value = e->value, .hash = e->hash, .n = e->n};
      for (size_t k = 0; k < e->n; k++) c->key[k] = e->key[k];
      race_acquire(e);  // A1
      list = c;
    }
  unlock(&s->lock);
  return list;
}

void cr_map_each(cr_map *m, bool (*fn)(void *arg, const void *key, size_t n, void *value), void *arg) {
  struct cr_map_shard *s = load_acq(&m->shards);
  bool more = true;
  for (int i = 0; s && more && i < SHARDS; i++) {
    rt_enter();
    struct entry *list = copy_shard(&s[i]);
    rt_exit();
    for (struct entry *e; (e = list); give_back(e)) {
      list = e->next;
      race_enter(PC());
      more = more && fn(arg, e->key, e->n, e->value);
      race_leave();
    }
  }
}

void cr_map_free(cr_map *m) {
  struct cr_map_shard *s = load_acq(&m->shards);
  if (!s) return;
  for (int i = 0; i < SHARDS; i++) {
    for (uint32_t k = 0; k < s[i].nchains; k++)
      for (struct entry *e, *next = s[i].chains[k]; (e = next);) {
        next = e->next;
        forget(e);
      }
    give_back(s[i].chains);
  }
  race_sync_forget(s, SHARDS * sizeof *s);
  store_rel(&m->shards, NULL);
  give_back(s);
}
