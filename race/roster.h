// SPDX-License-Identifier: Apache-2.0
// roster.h: a shadow page's roster: entries that many of its words have, each by a small index.
//
// When many unordered goroutines read the same data, all words of a page have nearly the same
// entries. Such a word keeps one bit for each (word.h), and the entry itself stands here once:
//
//     index -> entry, number of words that have it        hash by epoch -> index
//
// A roster holds at most ROSTER_MAX entries; a word for which there is no room is a table instead. It
// lives as long as a word has one of its entries. Everything is under the page's lock.
//
// Invariant: an entry is hashed exactly while a word has it; no two are equal.
#ifndef CRUN_RACE_ROSTER_H
#define CRUN_RACE_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epoch.h"

enum {
  ROSTER_MAX = 512,
  ROSTER_NONE = -1,
};

struct roster {
  uint64_t *cell;    // by index
  uint16_t *count;   // by index: words that have it; 0: the index is free
  uint16_t *hash;    // 2 * cap slots: index + 1, 0 empty, ROSTER_GONE
  uint16_t cap;
  uint16_t live;     // indices in use
  uint16_t top;      // indices from here on were never used
  uint16_t filled;   // hash slots that are not empty
  uint32_t free;     // index + 1 of the first free one below top, linked through cell
};

enum { ROSTER_GONE = UINT16_MAX };

struct roster *roster_new(void);

// roster_take returns the index of entry c, which one more word has from now on, or ROSTER_NONE: full.
int roster_take(struct roster *r, uint64_t c);

// roster_drop: one word less has the entry. True: the roster was freed with its last entry.
bool roster_drop(struct roster *r, unsigned index);

// roster_more: the same for an entry of which the caller knows the index.
static inline void roster_more(struct roster *r, unsigned index) { r->count[index]++; }

// roster_next returns the index of the next entry of an epoch, ROSTER_NONE after the last; *at is
// roster_first's result at the start.
static inline unsigned roster_first(const struct roster *r, uint32_t epoch) {
  return (epoch * 0x9e3779b9u >> 16) & (2u * r->cap - 1);
}

static inline int roster_next(const struct roster *r, uint32_t epoch, unsigned *at) {
  for (unsigned slot; (slot = r->hash[*at]);) {
    *at = (*at + 1) & (2u * r->cap - 1);
    if (slot != ROSTER_GONE && r->cell[slot - 1] >> EPOCH_SHIFT == epoch) return slot - 1;
  }
  return ROSTER_NONE;
}

bool roster_is_valid(const struct roster *r);

#endif
