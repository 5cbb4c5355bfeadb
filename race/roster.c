// SPDX-License-Identifier: Apache-2.0
// roster.c: the entries that words share: finding one, taking one more, dropping one.
#include "roster.h"

#include <string.h>

#include "alloc.h"

enum { ROSTER_LEAST = 64 };

static size_t block_bytes(unsigned cap) { return cap * (sizeof(uint64_t) + sizeof(uint16_t) + 2 * sizeof(uint16_t)); }

static uint32_t epoch_of(uint64_t c) { return (uint32_t)(c >> EPOCH_SHIFT); }

static void hash_add(struct roster *r, unsigned index) {
  unsigned at = roster_first(r, epoch_of(r->cell[index]));
  while (r->hash[at] && r->hash[at] != ROSTER_GONE) at = (at + 1) & (2u * r->cap - 1);
  r->filled += !r->hash[at];
  r->hash[at] = index + 1;
}

static void hash_remove(struct roster *r, unsigned index) {
  unsigned at = roster_first(r, epoch_of(r->cell[index]));
  while (r->hash[at] != index + 1) at = (at + 1) & (2u * r->cap - 1);
  r->hash[at] = ROSTER_GONE;
}

// room_set gives r (whose entries stay) arrays for cap entries, and a hash without tombstones.
static void room_set(struct roster *r, unsigned cap) {
  struct roster old = *r;
  r->cell = race_alloc(block_bytes(cap));
  r->count = (uint16_t *)(r->cell + cap);
  r->hash = r->count + cap;
  r->cap = cap;
  r->filled = 0;
  if (!old.cell) return;
  memcpy(r->cell, old.cell, old.top * sizeof *r->cell);
  memcpy(r->count, old.count, old.top * sizeof *r->count);
  for (unsigned i = 0; i < r->top; i++)
    if (r->count[i]) hash_add(r, i);
  race_free(old.cell, block_bytes(old.cap));
}

struct roster *roster_new(void) {
  struct roster *r = race_alloc(sizeof *r);
  room_set(r, ROSTER_LEAST);
  return r;
}

// index_new returns a free index, or ROSTER_NONE.
static int index_new(struct roster *r) {
  unsigned index = r->free;
  if (index) {
    r->free = r->cell[index - 1];
    return index - 1;
  }
  if (r->top == r->cap) {
    if (r->cap == ROSTER_MAX) return ROSTER_NONE;
    room_set(r, 2 * r->cap);
  }
  return r->top++;
}

int roster_take(struct roster *r, uint64_t c) {
  unsigned at = roster_first(r, epoch_of(c));
  int index;
  while ((index = roster_next(r, epoch_of(c), &at)) != ROSTER_NONE)
    if (r->cell[index] == c) {
      roster_more(r, index);
      return index;
    }
  if ((index = index_new(r)) == ROSTER_NONE) return ROSTER_NONE;
  if (r->filled >= r->cap + r->cap / 2) room_set(r, r->cap);
  r->cell[index] = c;
  r->count[index] = 1;
  r->live++;
  hash_add(r, index);
  return index;
}

bool roster_drop(struct roster *r, unsigned index) {
  if (--r->count[index]) return false;
  hash_remove(r, index);
  r->cell[index] = r->free;
  r->free = index + 1;
  if (--r->live) return false;
  race_free(r->cell, block_bytes(r->cap));
  race_free(r, sizeof *r);
  return true;
}

bool roster_is_valid(const struct roster *r) {
  unsigned live = 0, filled = 0;
  for (unsigned i = 0; i < 2u * r->cap; i++) filled += r->hash[i] != 0;
  for (unsigned i = 0; i < r->top; i++) {
    if (!r->count[i]) continue;
    live++;
    unsigned at = roster_first(r, epoch_of(r->cell[i])), same = 0;
    for (int k; (k = roster_next(r, epoch_of(r->cell[i]), &at)) != ROSTER_NONE;) same += r->cell[k] == r->cell[i];
    if (same != 1) return false;
  }
  return live == r->live && filled == r->filled && filled < 2u * r->cap;
}
