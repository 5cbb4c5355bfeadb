// SPDX-License-Identifier: Apache-2.0
// past.c: sparse vector clocks that are shared, and the table of objects that have one.
//
// Lock rank: a bucket's lock is a leaf but for the allocator.
//   R1: past_release puts a past under the object   A1: past_acquire takes it
#include "diag/order/past.h"

#include <stdlib.h>
#include <string.h>

#include "base/atomic.h"
#include "base/check.h"
#include "base/lock.h"
#include "race/race.h"

// ---- pasts -----------------------------------------------------------------------------------------

static struct past *past_new(uint32_t n) {
  race_hide_begin();
  struct past *p = malloc(sizeof *p + n * sizeof *p->at);
  race_hide_end();
  if (!p) throw("lock order: out of memory");
  store_rlx(&p->refs, 1);
  p->n = n;
  return p;
}

struct past *past_keep(struct past *p) {
  if (p) add_rlx(&p->refs, 1);
  return p;
}

void past_drop(struct past *p) {
  if (!p || add_acq_rel(&p->refs, -1u) != 1) return;
  race_hide_begin();
  free(p);
  race_hide_end();
}

bool past_has(const struct past *p, struct moment m) {
  uint32_t lo = 0, hi = p ? p->n : 0;
  while (lo < hi) {
    uint32_t mid = (lo + hi) / 2;
    if (p->at[mid].line < m.line) lo = mid + 1;
    else hi = mid;
  }
  return p && lo < p->n && p->at[lo].line == m.line && p->at[lo].time >= m.time;
}

// covers tells whether a knows all that b does.
static bool covers(const struct past *a, const struct past *b) {
  if (a->n < b->n) return false;
  for (uint32_t i = 0, k = 0; k < b->n; k++) {
    while (i < a->n && a->at[i].line < b->at[k].line) i++;
    if (i == a->n || a->at[i].line != b->at[k].line || a->at[i].time < b->at[k].time) return false;
  }
  return true;
}

static struct past *merged(const struct past *a, const struct past *b) {
  struct past *p = past_new(a->n + b->n);
  uint32_t i = 0, k = 0, n = 0;
  while (i < a->n || k < b->n) {
    struct moment m;
    if (k == b->n || (i < a->n && a->at[i].line < b->at[k].line)) m = a->at[i++];
    else if (i == a->n || b->at[k].line < a->at[i].line) m = b->at[k++];
    else m = a->at[i].time > b->at[k].time ? a->at[i] : b->at[k], i++, k++;
    p->at[n++] = m;
  }
  p->n = n;
  return p;
}

struct past *past_join(struct past *a, struct past *b) {
  if (a == b || !b || (a && covers(a, b))) return a;
  struct past *p = !a || covers(b, a) ? past_keep(b) : merged(a, b);
  past_drop(a);
  return p;
}

struct past *past_add(struct past *p, struct moment m) {
  struct past *one = past_new(1);
  one->at[0] = m;
  p = past_join(p, one);
  past_drop(one);
  return p;
}

// ---- objects ---------------------------------------------------------------------------------------

enum { BUCKETS = 4096, MOST = 1 << 16 };

struct object {
  uintptr_t key;  // its address, inverted: not to be taken for a pointer to it
  struct past *past;
  uint64_t count;
  struct object *next;
};

static struct bucket {
  struct lock lock;
  struct object *first;  // under lock
} buckets[BUCKETS];

static _Atomic uint32_t nobjects;
static _Atomic bool overflowed;  // the rest has a past
static const char rest;  // stands for the objects beyond MOST

static struct bucket *bucket_of(uintptr_t key) { return &buckets[key * 0x9e3779b97f4a7c15u >> 52]; }
_Static_assert(BUCKETS == 1 << (64 - 52), "the hash gives one of them");

static struct object **find_locked(struct bucket *b, uintptr_t key) {
  struct object **at = &b->first;
  while (*at && (*at)->key != key) at = &(*at)->next;
  return at;
}

// add_locked makes the object at key; nil: there are too many.
static struct object *add_locked(struct bucket *b, uintptr_t key) {
  if (load_rlx(&nobjects) >= MOST && key != ~(uintptr_t)&rest) return NULL;
  race_hide_begin();
  struct object *o = malloc(sizeof *o);
  race_hide_end();
  if (!o) throw("lock order: out of memory");
  *o = (struct object){.key = key, .next = b->first};
  b->first = o;
  add_rlx(&nobjects, 1);
  return o;
}

void past_release(const void *object, struct past *p, uint64_t count) {
  if (!p && !count) return;
  uintptr_t key = ~(uintptr_t)object;
  struct bucket *b = bucket_of(key);
  lock(&b->lock);
  struct object *o = *find_locked(b, key);
  if (!o) o = add_locked(b, key);
  if (o && o->past != p) o->past = past_join(o->past, p);  // R1
  if (o && o->count < count) o->count = count;
  unlock(&b->lock);
  if (o) return;
  store_rel(&overflowed, true);
  past_release(&rest, p, count);
}

static struct past *acquire_one(const void *object, struct past *mine, uint64_t *count) {
  uintptr_t key = ~(uintptr_t)object;
  struct bucket *b = bucket_of(key);
  lock(&b->lock);
  struct object *o = *find_locked(b, key);
  struct past *p = o && o->past != mine ? past_keep(o->past) : NULL;  // A1
  if (o && o->count > *count) *count = o->count;
  unlock(&b->lock);
  mine = past_join(mine, p);
  past_drop(p);
  return mine;
}

struct past *past_acquire(const void *object, struct past *mine, uint64_t *count) {
  if (load_rlx(&nobjects) == 0) return mine;
  mine = acquire_one(object, mine, count);
  return load_acq(&overflowed) ? acquire_one(&rest, mine, count) : mine;
}

void past_forget(const void *object) {
  if (load_rlx(&nobjects) == 0) return;
  struct bucket *b = bucket_of(~(uintptr_t)object);
  lock(&b->lock);
  struct object **at = find_locked(b, ~(uintptr_t)object), *o = *at;
  if (o) *at = o->next;
  unlock(&b->lock);
  if (!o) return;
  add_rlx(&nobjects, -1u);
  past_drop(o->past);
  race_hide_begin();
  free(o);
  race_hide_end();
}
