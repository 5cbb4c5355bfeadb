// SPDX-License-Identifier: Apache-2.0
// lockwait.c: the tables of waits and of the objects that were waited on or operated.
//
// Lock rank: waits_mu is a leaf but for the allocator.
#include "diag/order/lockwait.h"

#include <stdlib.h>
#include <string.h>

#include "base/atomic.h"
#include "base/lock.h"
#include "race/race.h"

enum { BUCKETS = 4096, OBJECTS = 1 << 15, WAITS = 512, PROBES = 8, DEEDS = 4 };

struct object {
  uintptr_t key;  // its address, inverted: not to be taken for a pointer to it
  struct object *next;
  bool open;      // no lock keeps all its operations back
  bool each_counts;
  uint32_t n;
  struct deed *deed;  // n of them: the first operation, with the locks of all; or if each counts, several
};

struct wait {
  struct deed deed;
  uintptr_t key[WAIT_OBJECTS];
  uint32_t nkeys;
  uint64_t told;  // from when on others may know that it is over; 0: not yet
};

static struct lock waits_mu;
static struct object *objects[BUCKETS];  // under waits_mu
static uint32_t nobjects;                // under waits_mu
static struct wait waits[WAITS];         // under waits_mu; goid 0: free

static struct object **find(uintptr_t key) {
  struct object **at = &objects[key * 0x9e3779b97f4a7c15u >> 52];
  while (*at && (*at)->key != key) at = &(*at)->next;
  return at;
}
_Static_assert(BUCKETS == 1 << (64 - 52), "the hash gives one of them");

// object_of returns the object at key, made if needed; nil: there are too many, and what is not there is open.
static struct object *object_of(const void *key_at, bool each_counts) {
  struct object **at = find(~(uintptr_t)key_at);
  if (*at || nobjects == OBJECTS) return *at;
  race_hide_begin();
  struct object *o = calloc(1, sizeof *o);
  race_hide_end();
  if (!o) return NULL;
  nobjects++;
  o->key = ~(uintptr_t)key_at;
  o->each_counts = each_counts;
  return *at = o;
}

static void drop_deeds(struct object *o) {
  for (uint32_t i = 0; i < o->n; i++) past_drop(o->deed[i].before);
  race_hide_begin();
  free(o->deed);
  race_hide_end();
  o->deed = NULL;
  o->n = 0;
}

static void set_open(struct object *o) {
  if (!o || o->each_counts) return;
  o->open = true;
  drop_deeds(o);
}

void waits_open(const void *key, bool remember) {
  lock(&waits_mu);
  set_open(remember ? object_of(key, false) : *find(~(uintptr_t)key));
  unlock(&waits_mu);
}

// keep_for_end gives o, if somebody waited on it, a key that is no address, and the waits too.
static bool keep_for_end(struct object *o) {
  static uintptr_t nth;
  uintptr_t old = o->key;
  bool waited = false;
  nth++;
  for (struct wait *w = waits; w < waits + WAITS; w++)
    for (uint32_t k = 0; k < w->nkeys; k++)
      if (w->key[k] == old) w->key[k] = nth, waited = true;
  if (!waited) return false;
  o->key = nth;
  struct object **at = find(nth);
  o->next = *at;
  *at = o;
  return true;
}

static void free_object(struct object *o) {
  nobjects--;
  drop_deeds(o);
  race_hide_begin();
  free(o);
  race_hide_end();
}

void waits_forget(const void *key) {
  lock(&waits_mu);
  struct object **at = find(~(uintptr_t)key), *o = *at;
  if (o) {
    *at = o->next;
    if (!keep_for_end(o)) free_object(o);
  }
  unlock(&waits_mu);
}

// ---- waits -----------------------------------------------------------------------------------------

uint32_t waits_enter(const struct deed *d, const void *const *key, uint32_t nkeys) {
  uint32_t number = 0, h = (uint32_t)((d->goid ^ (uintptr_t)key[0] ^ d->at) * 0x9e3779b97f4a7c15u >> 40);
  lock(&waits_mu);
  for (uint32_t i = 0; i < PROBES && !number; i++) {
    struct wait *w = &waits[(h + i) % WAITS];
    if (w->deed.goid == d->goid && w->deed.at == d->at && w->key[0] == ~(uintptr_t)key[0]) break;
    if (w->deed.goid) continue;
    *w = (struct wait){.deed = *d, .nkeys = nkeys};
    for (uint32_t k = 0; k < nkeys; k++) w->key[k] = ~(uintptr_t)key[k];
    number = (uint32_t)(w - waits) + 1;
  }
  unlock(&waits_mu);
  if (!number) past_drop(d->before);
  return number;
}

void waits_over(uint32_t number, uint64_t told) {
  lock(&waits_mu);
  if (waits[number - 1].told == 0) waits[number - 1].told = told;
  unlock(&waits_mu);
}

// ---- operations ------------------------------------------------------------------------------------

static const struct taken *find_taken(const struct deed *d, uint32_t lock) {
  for (uint32_t i = 0; i < d->n; i++)
    if (d->taken[i].use.lock == lock) return &d->taken[i];
  return NULL;
}

// keep_common leaves in the first operation of o what d had too.
static void keep_common(struct object *o, const struct deed *d) {
  struct deed *first = o->deed;
  uint32_t n = 0;
  for (uint32_t i = 0; i < first->n; i++)
    if (find_taken(d, first->taken[i].use.lock)) first->taken[n++] = first->taken[i];
  first->n = n;
  if (n == 0) set_open(o);
}

static bool is_known(const struct object *o, const struct deed *d) {
  for (uint32_t i = 0; i < o->n; i++)
    if (o->deed[i].goid == d->goid && o->deed[i].n == d->n &&
        (d->n == 0 || o->deed[i].taken[0].use.lock == d->taken[0].use.lock))
      return true;
  return o->n == DEEDS;
}

bool waits_operation(const struct deed *d, const void *key, bool each_counts) {
  lock(&waits_mu);
  struct object *o = object_of(key, each_counts);
  bool wants = false;
  if (!o || o->open) wants = false;
  else if (each_counts) wants = !is_known(o, d);
  else if (o->n) keep_common(o, d), wants = o->n && o->deed->over;
  else wants = true;
  unlock(&waits_mu);
  return wants;
}

// replace has d stand for all operations of o, with the locks of all.
static void replace(struct object *o, const struct deed *d) {
  struct deed with = *d;
  with.n = 0;
  for (uint32_t i = 0; i < d->n; i++)
    if (find_taken(o->deed, d->taken[i].use.lock)) with.taken[with.n++] = d->taken[i];
  past_drop(o->deed->before);
  *o->deed = with;
}

void waits_first(const struct deed *d, const void *key, bool each_counts) {
  bool kept = false;
  lock(&waits_mu);
  struct object *o = object_of(key, each_counts);
  if (o && !o->open && !o->deed) {
    race_hide_begin();
    o->deed = calloc(each_counts ? DEEDS : 1, sizeof *o->deed);
    race_hide_end();
  }
  if (o && !o->open && o->deed) {
    if (each_counts ? !is_known(o, d) : o->n == 0) o->deed[o->n++] = *d, kept = true;
    else if (!each_counts) keep_common(o, d);
    if (!kept && !each_counts && o->n && o->deed->over) replace(o, d), kept = true;
  }
  unlock(&waits_mu);
  if (!kept) past_drop(d->before);
}

static struct past *add_deed(struct past *p, const struct deed *d) {
  return d->when.line && !past_has(p, d->when) ? past_add(p, d->when) : p;
}

struct past *waits_all(struct past *p) {
  lock(&waits_mu);
  for (struct wait *w = waits; w < waits + WAITS; w++) p = add_deed(p, &w->deed);
  for (struct object **b = objects; b < objects + BUCKETS; b++)
    for (struct object *o = *b; o; o = o->next)
      for (uint32_t i = 0; i < o->n; i++) p = add_deed(p, &o->deed[i]);
  unlock(&waits_mu);
  return p;
}

void waits_drop(uint64_t goid) {
  lock(&waits_mu);
  for (struct wait *w = waits; w < waits + WAITS; w++)
    if (w->deed.goid == goid) w->deed.over = true;
  for (struct object **b = objects; b < objects + BUCKETS; b++)
    for (struct object *o = *b; o; o = o->next)
      for (uint32_t i = 0; i < o->n; i++)
        if (o->deed[i].goid == goid) o->deed[i].over = true;
  unlock(&waits_mu);
}

// ---- at the end --------------------------------------------------------------------------------------

// can_hang holds rules 2 and 3, but for modes.
static bool can_hang(const struct wait *w, const struct taken *held, const struct deed *op, const struct taken *needed) {
  if (op->goid == w->deed.goid || op->over || w->deed.over) return false;
  if (held->known >= needed->told) return false;
  return !w->told || needed->known < w->told;
}

// hangs_at_once: an operation of o needs a lock that w has.
static bool hangs_at_once(const struct wait *w, const struct object *o, struct hang *h) {
  for (uint32_t i = 0; i < o->n; i++)
    for (uint32_t k = 0; k < w->deed.n; k++) {
      h->op = &o->deed[i];
      h->held = &w->deed.taken[k];
      h->needed = find_taken(h->op, h->held->use.lock);
      if (!h->needed || (is_shared(h->held->use.mode) && is_shared(h->needed->use.mode))) continue;
      if (can_hang(w, h->held, h->op, h->needed)) return true;
    }
  return false;
}

static struct request request_of(const struct deed *d, const struct lock_use *want, uint32_t nheld) {
  struct request r = {.goid = d->goid, .when = d->when, .before = d->before, .want = *want, .nheld = nheld};
  for (uint32_t i = 0; i < nheld; i++) r.held[i] = d->taken[i].use;
  return r;
}

static void keep_first(const struct cycle *c, void *arg) {
  struct hang *h = arg;
  if (h->through.n == 0) h->through = *c;
}

// hangs_through: an operation of o needs a lock, which is held by who asks for another, and so on to one that w has.
static bool hangs_through(const struct wait *w, const struct object *o, struct lock_graph *g, struct hang *h) {
  if (!g || !w->deed.when.line) return false;
  for (uint32_t i = 0; i < o->n; i++)
    for (uint32_t k = 0; k < o->deed[i].n && o->deed[i].when.line; k++) {
      h->op = &o->deed[i];
      h->needed = &h->op->taken[k];
      if (h->op->goid == w->deed.goid || find_taken(&w->deed, h->needed->use.lock)) continue;
      h->first = request_of(&w->deed, &h->needed->use, w->deed.n);
      struct request op = request_of(h->op, &h->needed->use, 0);
      graph_through(g, &h->first, &op, keep_first, h);
      if (h->through.n == 0) continue;
      h->held = &w->deed.taken[h->through.hold[0]];
      if (can_hang(w, h->held, h->op, h->needed)) return true;
      h->through.n = 0;
    }
  return false;
}

static bool hangs_on(const struct wait *w, const struct object *o, struct lock_graph *g, struct hang *h) {
  h->through.n = 0;
  return o && !o->open && (hangs_at_once(w, o, h) || hangs_through(w, o, g, h));
}

void waits_hanging(struct lock_graph *g, waits_found fn, void *arg) {
  lock(&waits_mu);
  for (struct wait *w = waits; w < waits + WAITS; w++) {
    struct hang h = {.wait = &w->deed};
    bool hangs = w->nkeys > 0;
    for (uint32_t k = 0; k < w->nkeys && hangs; k++) hangs = hangs_on(w, *find(w->key[k]), g, &h);
    if (hangs) fn(&h, arg);
  }
  unlock(&waits_mu);
}
