// SPDX-License-Identifier: Apache-2.0
// lockheld.c: what each goroutine holds: the parts that allocate, and those that are rare.
#include "diag/order/lockheld.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

// A goroutine's struct lies in an arena, where LeakSanitizer does not look for pointers.
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#else
#define __lsan_ignore_object(p) ((void)(p))
#endif

static void *get(size_t n) {
  race_hide_begin();
  void *p = malloc(n);
  race_hide_end();
  if (!p) throw("lock order: out of memory");
  __lsan_ignore_object(p);
  return p;
}

static void put(void *p) {
  race_hide_begin();
  free(p);
  race_hide_end();
}

__attribute__((noinline)) struct lock_order *order_new(struct g *gp) {
  struct lock_order *o = get(sizeof *o);
  memset(o, 0, sizeof *o);
  o->cap = FIRST_HELD;
  o->held = o->first;
  o->stamp = 1;
  return gp->order = o;
}

void order_free(struct g *gp) {
  struct lock_order *o = gp->order;
  gp->order = NULL;
  if (!o) return;
  if (o->held != o->first) put(o->held);
  put(o->recent);
  put(o);
}

bool held_grow(struct lock_order *o) {
  if (o->cap == MAX_HELD) return false;
  struct held *big = get(MAX_HELD * sizeof *big);
  memset(big, 0, MAX_HELD * sizeof *big);
  memcpy(big, o->held, o->n * sizeof *big);
  o->held = big;
  o->cap = MAX_HELD;
  return true;
}

void held_remove(struct lock_order *o, uint32_t i) {
  memmove(&o->held[i], &o->held[i + 1], (--o->n - i) * sizeof *o->held);
  if (o->chained > i) o->chained = i;
  o->high = o->n;
  if (o->fresh > o->n) o->fresh = o->n;
}

void held_remember(struct lock_order *o, const struct held *h) {
  if (!o->recent) o->recent = get(RECENT * sizeof *h);
  for (uint32_t i = 0; i < o->nrecent; i++)
    if (o->recent[i].lock == h->lock) return;
  if (o->nrecent < RECENT) o->recent[o->nrecent++] = *h;
}
