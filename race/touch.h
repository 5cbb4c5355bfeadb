// SPDX-License-Identifier: Apache-2.0
// touch.h: the first touch of an epoch that is decided at once: in a page of which this thread is the favourite, a word
// that this line of execution alone used of late. Shared by the single check and by that of many.
#ifndef CRUN_RACE_TOUCH_H
#define CRUN_RACE_TOUCH_H

#include <stdatomic.h>

#include "context.h"
#include "epoch.h"
#include "g.h"
#include "inside.h"
#include "shadow.h"
#include "single.h"
#include "word.h"

// cell_serves: new covers x, which is not empty, in kind and bytes.
static inline bool cell_serves(uint64_t new, uint64_t x) {
  return x && ((x ^ CELL_KIND) & ~(new ^ CELL_KIND) & (CELL_KIND | CELL_BYTES)) == 0;
}

static inline bool cell_is_own(const race_g *g, uint64_t x) { return epoch_slot(cell_epoch(x)) == g->slot; }

// is_read_of_own tells that new reads what its own line wrote in an earlier epoch, the word's only entry: both stay.
static inline bool is_read_of_own(const race_g *g, const struct word *w, uint64_t new, uint64_t c0) {
  return (new & CELL_KIND) == CELL_READ && !(c0 & CELL_KIND) && !word_get(w, 1) && !cell_same_epoch(c0, new) &&
         cell_is_own(g, c0);
}

// second_stays decides for the other of two cells when new has taken the first one's place. False: that takes
// more than this.
static inline bool second_stays(const race_g *g, struct word *w, uint64_t new, uint64_t x) {
  uint64_t bytes = new & CELL_BYTES;
  if (cell_same_epoch(x, new) || x >= CELL_NODE) return false;
  if (!(x & bytes)) return true;
  if (!cell_is_own(g, x)) return false;
  if (kind_covers(new, x)) word_set(w, 1, x & ~bytes & CELL_BYTES ? x & ~bytes : 0);
  return true;
}

// cell_left is what new leaves of x, an older entry of its own line or one of this epoch; 0: nothing. Without a branch.
static inline uint64_t cell_left(uint64_t new, uint64_t x) {
  uint64_t left = x & ~(new & CELL_BYTES & -(uint64_t)kind_covers(new, x));
  return left & CELL_BYTES ? left : 0;
}

// cell_is_settled: what is left of x, which was no node, goes on as it is beside new.
static inline bool cell_is_settled(const race_g *g, uint64_t new, uint64_t x, uint64_t left) {
  bool own = (epoch_slot(cell_epoch(x)) == g->slot) | !x;
  return own & !(left && cell_same_epoch(x, new));
}

// touch_word enters new in w, whose page is locked, if all else in it is of the same line. It decides with few branches, for
// words of which nothing is known before. False: nothing was done.
static inline bool touch_word(const race_g *g, uintptr_t addr, uint64_t new, struct word *w) {
  uint64_t c0 = word_get(w, 0), c1 = word_get(w, 1);
  if (__builtin_expect(cell_is_node(c1) || (!c0 && !page_is_touched(addr)), 0)) return false;
  uint64_t left0 = cell_left(new, c0), left1 = cell_left(new, c1);
  bool settled = cell_is_settled(g, new, c0, left0) & cell_is_settled(g, new, c1, left1) & !(left0 && left1);
  if (__builtin_expect(!settled, 0)) return false;
  word_set(w, 0, new);
  word_set(w, 1, left0 | left1);
  return true;
}

#endif
